// The pane beside the questions: which document and page is in view, as pages or as text.
//
// The text comes from the server and is turned here, without leaving the form; the pages are drawn
// by reader.js. The two, and whoever cites from them, speak through events on #pane:
//
//   reader:show       {document, page, quote, words, lastPage, focus}   opens that place and moves
//                     the focus there; focus: false leaves it, a selector says where it stays
//   reader:page       {document, kind, page, pages}   another page is in view
//   reader:selection  {document, kind, page, lastPage, text}   text was selected; "" when no more
//   reader:ready      reader.js is here, so that pages can be shown
//   reader:failed     {document, page, message, lost}   its pages cannot be shown
//   reader:leave      the person goes back to where they came from

const root = document.getElementById("review");
const form = root.closest("form");
const pane = document.getElementById("pane");
const served = document.getElementById("served");
const { person, review } = root.dataset;
const STORE = `plan-review-place:${person}`;
const HINT = 300; // milliseconds after which a place is written down

const place = remembered(); // the last page of each document, the last document of each review
const unreadable = new Set(); // documents that reader.js could not draw
let ready = false;
let asked = 0;
let writing;

function remembered() {
  const fresh = { view: "pages", pages: {}, documents: {} };
  try {
    return { ...fresh, ...JSON.parse(localStorage.getItem(STORE)) };
  } catch {
    return fresh;
  }
}

function remember() {
  clearTimeout(writing);
  writing = setTimeout(() => {
    try {
      localStorage.setItem(STORE, JSON.stringify(place));
    } catch {
      // Storage can be full or forbidden: then the place is of this window alone.
    }
    history.replaceState(null, "", `?${address()}`);
  }, HINT);
}

// --- Where we are -----------------------------------------------------------------------------

function field(name) {
  return served.querySelector(`[name="${name}"]`);
}

function here() {
  return { document: field("document")?.value ?? "", page: Number(field("page")?.value) || 1 };
}

function address() {
  const query = new URLSearchParams(here());
  if (field("find")?.value) query.set("find", field("find").value);
  return query;
}

function tab(documentId) {
  return [...served.querySelectorAll(".pr-shelf__document")].find(
    (button) => button.value.split(":")[0] === documentId,
  );
}

function show(detail) {
  pane.dispatchEvent(new CustomEvent("reader:show", { detail }));
}

function tell(name, detail) {
  pane.dispatchEvent(new CustomEvent(`reader:${name}`, { detail }));
}

pane.addEventListener("reader:page", ({ detail }) => {
  const id = String(detail.document);
  const inView = served.querySelector("[data-kind]");
  inView.dataset.kind = detail.kind;
  inView.dataset.page = detail.page;
  field("document").value = id;
  field("page").value = detail.page;
  for (const button of served.querySelectorAll(".pr-shelf__document, .pr-hits button")) {
    const current = button === tab(id) || button.value === `${id}:${detail.page}`;
    if (current) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  if (detail.pages) {
    const title = tab(id)?.textContent ?? "Another version";
    served.querySelector("#reading").textContent = `${title}, page ${detail.page} of ${detail.pages}`;
  }
  place.pages[Number(id)] = detail.page;
  place.documents[Number(review)] = id;
  remember();
  offerPage();
});

// --- Pages or text ----------------------------------------------------------------------------

// Before reader.js hears of it, which looks at the view.
pane.addEventListener("reader:show", ({ detail }) => {
  const pages = ready && place.view === "pages" && !unreadable.has(String(detail.document));
  look(pages ? "pages" : "text");
  if (!pages) turn(detail);
});

function look(view) {
  pane.dataset.view = view;
  pane.tabIndex = view === "pages" ? -1 : 0; // only what scrolls is a stop for the keyboard
  served.querySelector(".pr-view")?.toggleAttribute("hidden", !ready);
  for (const button of served.querySelectorAll(".pr-view button")) {
    button.setAttribute("aria-pressed", button.dataset.view === view);
  }
}

pane.addEventListener("reader:ready", () => {
  if (!field("document")) return; // no document is attached
  ready = true;
  const query = new URLSearchParams(location.search);
  const document = [query.get("document"), place.documents[review], here().document].find(tab);
  const typed = query.get("document") === document && Number(query.get("page"));
  const page = typed || place.pages[document] || here().page;
  if (place.view === "text" && document === here().document && page === here().page) look("text");
  else show({ document, page, words: wordsIn(served.querySelector(".pr-hits")), focus: false });
});

pane.addEventListener("reader:failed", async ({ detail }) => {
  if (!detail.lost) unreadable.add(String(detail.document));
  look("text");
  await turn({ ...detail, focus: false });
  served.querySelector("#trouble").textContent = detail.message;
});

// The words as the server marked them in a list of what it found, to be marked in the pages too.
function wordsIn(list) {
  const marks = [...(list?.querySelectorAll("mark") ?? [])];
  return [...new Set(marks.map((mark) => mark.textContent.toLowerCase()))];
}

// --- The text from the server -----------------------------------------------------------------

async function turn({ document, page, quote = "", focus = true }) {
  const query = new URLSearchParams({ document, page });
  if (field("find")?.value) query.set("find", field("find").value);
  if (!(await fetchServed(query))) return;
  pane.scrollTop = 0;
  const heading = served.querySelector("#reading");
  const target = focus === true ? heading : focus && served.querySelector(focus);
  target?.focus?.({ preventScroll: pane.getBoundingClientRect().top < innerHeight / 2 });
  if (quote) {
    const { mark } = await import(window.document.getElementById("reader").dataset.marks);
    mark(served.querySelector(".pr-page-text") ?? served, { quote })[0]?.scrollIntoView({
      block: "nearest",
    });
  }
}

async function find() {
  if (await fetchServed(address())) (served.querySelector("#found") ?? field("find")).focus();
}

async function fetchServed(query) {
  const mine = ++asked;
  const trouble = served.querySelector("#trouble");
  const headers = { Accept: "application/json, text/html" }; // signed out: 401 and no other page
  let response;
  try {
    response = await fetch(`${pane.dataset.address}?${query}`, { headers });
  } catch {
    trouble.textContent = "There is no connection, so nothing came. Try again in a minute.";
    return false;
  }
  if (mine !== asked) return false; // another page was asked for meanwhile
  if (response.status === 401) {
    trouble.textContent = "You are signed out. Sign in again in another window, then try again.";
    return false;
  }
  if (response.status === 429) {
    trouble.textContent = (await response.json()).message;
    return false;
  }
  if (!response.ok || response.redirected) {
    // Most likely signed out. What was given is kept by review.js; leaving the page would hide that.
    served.querySelector("#trouble").textContent =
      "This could not be fetched. If you are signed out, sign in again in another window.";
    return false;
  }
  const read = served.querySelector(".pr-hits")?.scrollTop ?? 0;
  const words = field("find")?.defaultValue;
  served.innerHTML = await response.text();
  const hits = served.querySelector(".pr-hits");
  if (hits && field("find").value === words) hits.scrollTop = read;
  look(pane.dataset.view ?? "text");
  const { kind, page } = served.querySelector("[data-kind]").dataset;
  tell("page", { document: here().document, kind, page: Number(page) });
  return true;
}

// --- A page in view becomes evidence with one click -------------------------------------------

function offerPage() {
  const shown = pane.querySelector("[data-kind]");
  for (const block of root.querySelectorAll("[data-question]")) {
    const old = block.querySelector(".pr-use-page");
    const field = block.querySelector("[name$='.pages']");
    if (!shown || !field || shown.dataset.kind !== block.dataset.document) {
      old?.remove();
      continue;
    }
    const button = old ?? document.createElement("button");
    button.type = "button";
    button.className = "pr-link-button pr-use-page";
    button.textContent = `Add page ${shown.dataset.page}`;
    button.dataset.page = shown.dataset.page;
    if (!old) field.after(button);
  }
}

function usePage(button) {
  const field = button.closest("[data-question]").querySelector("[name$='.pages']");
  const pages = field.value.split(",").map((part) => part.trim()).filter(Boolean);
  if (!pages.includes(button.dataset.page)) field.value = [...pages, button.dataset.page].join(", ");
  field.dispatchEvent(new Event("change", { bubbles: true })); // review.js saves it
}

// --- Events -----------------------------------------------------------------------------------

root.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.classList.contains("pr-use-page")) usePage(button);
  else if (button.dataset.view) {
    place.view = button.dataset.view;
    unreadable.clear(); // asked for again, it is tried again
    show({ ...here(), focus: `[data-view="${place.view}"]` });
  } else if (button.name === "go") go(button, event);
});

function go(button, event) {
  if (button.value === "find") {
    event.preventDefault();
    if (button.closest(".pr-as-text")) show(here());
    else find();
  } else if (button.value.includes(":")) {
    event.preventDefault();
    const [document, page] = button.value.split(":");
    const again = button.matches(".pr-shelf__document, [data-again]") && place.pages[document];
    show({
      document,
      page: again || Number(page),
      words: wordsIn(button.closest("ol")),
      focus: button.matches(".pr-shelf__document") ? ".pr-shelf__document[aria-current]" : true,
    });
  }
}

root.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !served.contains(event.target)) return;
  if (!event.target.matches("input")) return;
  event.preventDefault();
  if (event.target.name === "find") find();
  else show(here());
});

offerPage();
