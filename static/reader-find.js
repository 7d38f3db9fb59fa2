// Finding words in the document that the reader shows: the bar, and where its matches scroll to.

export function makeFinder({ PDFFindController }, eventBus, linkService) {
  class Finder extends PDFFindController {
    // The match comes into view in its frame; the questions beside it must not move with it.
    scrollMatchIntoView(match) {
      const { scrollX, scrollY } = window;
      super.scrollMatchIntoView(match);
      window.scrollTo({ left: scrollX, top: scrollY, behavior: "instant" });
    }
  }
  return new Finder({ eventBus, linkService });
}

export function makeBar(reader, { bus, focusPages }, stopMarking) {
  const bar = document.getElementById("reader-find");
  const field = document.getElementById("reader-words");
  const found = document.getElementById("reader-found");
  const opener = reader.querySelector("[data-does='find']");
  let last = "";

  function look(type, findPrevious = false) {
    const query = field.value.trim();
    if (!query) return forget();
    last = query;
    stopMarking();
    bus.dispatch("find", {
      source: bar,
      type,
      query,
      findPrevious,
      highlightAll: true,
      caseSensitive: false,
      entireWord: false,
      matchDiacritics: false,
    });
  }

  function forget() {
    last = "";
    found.textContent = "";
    bus.dispatch("findbarclose", { source: bar });
  }

  const again = (back) => look(field.value.trim() === last ? "again" : "", back);

  function tell({ current = 0, total = 0 } = {}) {
    if (!last) return;
    found.textContent = total ? `${current} of ${total}` : "Not found";
  }

  function toggle(on = bar.hidden) {
    const within = bar.contains(document.activeElement); // what is hidden cannot keep the focus
    bar.hidden = !on;
    opener.setAttribute("aria-expanded", on);
    if (on) field.select();
    else {
      forget();
      if (within) focusPages();
    }
  }

  function close() {
    bar.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    forget();
  }

  bus.on("updatefindmatchescount", ({ matchesCount }) => tell(matchesCount));
  bus.on("updatefindcontrolstate", ({ state, matchesCount }) => {
    const PENDING = 3;
    if (state === PENDING && last) found.textContent = "Looking";
    else tell(matchesCount);
  });
  field.addEventListener("input", () => look(""));
  bar.addEventListener("keydown", (event) => {
    if (event.key === "Escape") toggle(false);
    else if (event.key === "Enter" && event.target === field) again(event.shiftKey);
    else return;
    event.preventDefault();
  });
  bar.addEventListener("click", (event) => {
    const does = event.target.closest("[data-does]")?.dataset.does;
    if (does === "find-on" || does === "find-back") again(does === "find-back");
    else if (does === "find-close") toggle(false);
  });
  return { toggle, close };
}
