// Beside the pages: small pictures of them, the document's own outline, or the links of a page.
//
// The list is one stop for the Tab key; the arrow keys move in it.

const WIDTH = 96; // CSS pixels of a small picture
const MOST = 2000; // entries of an outline: a damaged file can hold millions
const DEEPEST = 4;

export function makeSide(reader, { viewer, links, focusPages }, remembered, remember) {
  const side = document.getElementById("reader-side");
  const list = document.getElementById("reader-list");
  const opener = reader.querySelector("[data-does='side']");
  const near = new IntersectionObserver(drawNear, { root: list, rootMargin: "300px 0px" });
  let pdf = null;
  let shows = "pages";

  function fill(opened) {
    pdf = opened;
    if (remembered().side) toggle(true);
    else list.replaceChildren();
  }

  function toggle(on = side.hidden) {
    side.hidden = !on;
    opener.setAttribute("aria-expanded", on);
    remember({ side: on });
    if (on) choose(shows);
  }

  async function choose(what) {
    shows = what;
    for (const button of side.querySelectorAll("[data-side]")) {
      button.setAttribute("aria-pressed", button.dataset.side === what);
    }
    near.disconnect();
    delete list.dataset.of;
    if (what === "outline") await outline();
    else if (what === "links") linksOf(viewer.currentPageNumber);
    else pictures();
    mark(viewer.currentPageNumber);
  }

  // --- Small pictures ---

  function pictures() {
    const items = Array.from({ length: pdf.numPages }, (_, index) => {
      const leaf = document.createElement("span");
      leaf.className = "pr-thumb__leaf";
      const button = entry(`Page ${index + 1}`, () => links.goToPage(index + 1), "pr-thumb");
      button.dataset.number = index + 1;
      button.prepend(leaf);
      near.observe(button);
      return item(button);
    });
    const pages = document.createElement("ol");
    pages.append(...items);
    list.replaceChildren(pages);
  }

  function drawNear(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting && !target.dataset.drawn) draw(target);
    }
  }

  async function draw(button) {
    button.dataset.drawn = "yes";
    try {
      const page = await pdf.getPage(Number(button.dataset.number));
      const { width } = page.getViewport({ scale: 1 });
      const viewport = page.getViewport({ scale: (WIDTH * devicePixelRatio) / width });
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(viewport.width);
      canvas.height = Math.min(Math.round(viewport.height), 3 * canvas.width);
      await page.render({ canvas, viewport }).promise;
      button.querySelector(".pr-thumb__leaf").replaceChildren(canvas);
    } catch {
      delete button.dataset.drawn; // drawn again when it comes near again
    }
  }

  // --- Outline ---

  async function outline() {
    const asked = pdf;
    const entries = (await asked.getOutline().catch(() => null)) ?? [];
    if (asked !== pdf || shows !== "outline") return;
    const left = { entries: MOST };
    if (entries.length) list.replaceChildren(branch(entries, 1, left));
    else list.textContent = "This document has no outline.";
  }

  function branch(entries, depth, left) {
    const branches = document.createElement("ul");
    for (const { title, dest, items } of entries) {
      if (left.entries-- <= 0) break;
      const go = () => dest && links.goToDestination(dest);
      const button = entry(title.trim() || "Untitled", go, "pr-outline");
      const one = item(button);
      if (items?.length && depth < DEEPEST) one.append(branch(items, depth + 1, left));
      branches.append(one);
    }
    return branches;
  }

  // --- Links: the page's own, with the words that reader-mend.js found under them ---

  function linksOf(number) {
    const found = [
      ...viewer.getPageView(number - 1).div.querySelectorAll(".linkAnnotation > a[aria-label]"),
    ];
    // By their number in the file, which mostly is their order; pdf.js has them across columns.
    const inFile = (link) => Number.parseInt(link.dataset.elementId, 10) || 0;
    found.sort((one, other) => inFile(one) - inFile(other));
    const words = found.map((link) => link.ariaLabel + (link.target ? " (opens a new tab)" : ""));
    if (list.dataset.of === `${number}:${words}`) return;
    list.dataset.of = `${number}:${words}`;
    const ul = document.createElement("ul");
    ul.append(...found.map((link, i) => item(entry(words[i], () => link.click(), "pr-outline"))));
    list.replaceChildren(found.length ? ul : `Page ${number} has no links.`);
  }

  // --- All ---

  function entry(words, go, name) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = name;
    button.tabIndex = -1;
    button.append(words);
    button.addEventListener("click", () => {
      go();
      stopAt(button);
      if (side.offsetWidth < side.parentElement.offsetWidth) return;
      toggle(false); // in a narrow window it lies over the pages
      focusPages();
    });
    return button;
  }

  function item(button) {
    const one = document.createElement("li");
    one.append(button);
    return one;
  }

  function stopAt(button) {
    for (const other of list.querySelectorAll("[tabindex='0']")) other.tabIndex = -1;
    if (button) button.tabIndex = 0;
  }

  function mark(number) {
    if (side.hidden) return;
    if (shows === "links") linksOf(number);
    list.querySelector("[aria-current]")?.removeAttribute("aria-current");
    const button = list.querySelector(`[data-number="${number}"]`);
    button?.setAttribute("aria-current", "page");
    if (!list.contains(document.activeElement)) stopAt(button ?? list.querySelector("button"));
    if (!button) return;
    const above = button.offsetTop - list.scrollTop;
    if (above < 0 || above + button.offsetHeight > list.clientHeight) {
      list.scrollTop = button.offsetTop - (list.clientHeight - button.offsetHeight) / 2;
    }
  }

  list.addEventListener("keydown", (event) => {
    const buttons = [...list.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (!buttons[to]) return;
    event.preventDefault();
    stopAt(buttons[to]);
    buttons[to].focus();
  });
  side.addEventListener("click", (event) => {
    const what = event.target.closest("button[data-side]")?.dataset.side;
    if (what) choose(what);
  });
  return { fill, toggle, mark };
}
