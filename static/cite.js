// What is selected or in view in the documents is cited for the question in hand, which is the last
// one that was clicked or had the focus.
//
// The documents tell of themselves by events on #pane (see pane.js), and evidence.js does the citing:
//
//   evidence:cite   {document, pages, quote, searched} on a question, which bubbles: to be cited
//   evidence:say    {text, about} on #review: to be said aloud, for a question or for none
//   evidence:said   {text} on #review: what was said

const root = document.getElementById("review");
const pane = document.getElementById("pane");
const served = document.getElementById("served") ?? pane;
const EXCERPT = 90; // letters of a passage that the bar shows

let inHand = null; // the block of a question
let passage = null; // {document, kind, page, lastPage, text}
let words = ""; // searched for in the documents, and the pages opened since
let opened = new Set();
let pressedInPane = false;

// --- The bar at the foot of the documents -------------------------------------------------------

const bar = document.createElement("div");
bar.className = "pr-cite-bar";
bar.setAttribute("role", "group");
bar.setAttribute("aria-label", "Cite");
const excerpt = line("pr-cite-bar__passage");
const hint = line("pr-cite-bar__for");
const buttons = document.createElement("div");
buttons.className = "pr-cite-bar__buttons";
const citeWords = button("govuk-button", citePassage, "Alt+C");
const citeView = button("pr-link-button", citePage, "Alt+C");
const citeSearch = button("pr-link-button", citeSearched);
const outcome = line("pr-cite-bar__said");
outcome.setAttribute("aria-hidden", "true"); // evidence.js has said it
buttons.append(citeWords, citeView, citeSearch);
bar.append(excerpt, hint, buttons, outcome);
pane.append(bar);

function line(name) {
  const element = document.createElement("p");
  element.className = name;
  return element;
}

function button(name, press, keys) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = name;
  element.addEventListener("click", press);
  // The selection stays while the button is pressed.
  element.addEventListener("pointerdown", (event) => event.preventDefault());
  if (keys) element.setAttribute("aria-keyshortcuts", keys);
  return element;
}

function show() {
  const block = target();
  const view = inView();
  bar.hidden = !block && !passage;
  excerpt.textContent = passage ? `“${short(passage.text)}” ${pagesOf(passage)}` : "";
  hint.textContent = block ? `For: ${titleOf(block)}` : "Choose the question that this is for.";
  hint.hidden = Boolean(block && passage); // the button names it
  buttons.hidden = !block;
  if (!block) return;
  citeWords.hidden = !passage;
  citeWords.textContent = `Cite for: ${titleOf(block)}`;
  citeView.hidden = Boolean(passage) || !view;
  citeView.textContent = view ? `Cite page ${view.page}${otherDocument(block, view)}` : "";
  citeSearch.hidden = !searchOf(block);
  citeSearch.textContent = `Use the search for “${words}” as evidence for a No`;
}

// Said where it is not the document that the question is about.
function otherDocument(block, { kind }) {
  const tab = served.querySelector(".pr-shelf__document[aria-current]");
  return kind === block.dataset.document || !tab ? "" : ` of: ${tab.textContent.trim()}`;
}

function short(text) {
  return text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text;
}

function pagesOf({ page, lastPage }) {
  return lastPage > page ? `pages ${page} to ${lastPage}` : `page ${page}`;
}

root.addEventListener("evidence:said", ({ detail }) => (outcome.textContent = detail.text));

// --- The question in hand -----------------------------------------------------------------------

function blocks() {
  return [...root.querySelectorAll("[data-question]")];
}

function take(block) {
  if (!block || block === inHand) return;
  outcome.textContent = "";
  inHand?.classList.remove("pr-question--in-hand");
  inHand = block;
  inHand.classList.add("pr-question--in-hand");
  show();
}

// Where a question is asked of both documents, that of the document in view.
function target() {
  const kind = (passage ?? inView())?.kind;
  const same = blocks().find(
    ({ dataset }) =>
      inHand &&
      dataset.question === inHand.dataset.question &&
      dataset.document === kind &&
      dataset.asked === "yes",
  );
  return same ?? inHand;
}

function titleOf(block) {
  const kind = document.getElementById(`about-${block.dataset.document}`)?.textContent ?? "";
  const text = block.querySelector("legend").textContent;
  return kind ? `${text} (${kind})` : text;
}

for (const event of ["focusin", "click"]) {
  root.addEventListener(event, ({ target: at }) => take(at.closest("[data-question]")), true);
}

// --- What is selected, in view and searched for -------------------------------------------------

function inView() {
  const place = pane.querySelector("[data-kind]")?.dataset;
  const id = pane.querySelector("[name='document']")?.value;
  return place && id ? { document: id, kind: place.kind, page: Number(place.page) } : null;
}

function select(detail) {
  if (detail.text.trim()) {
    passage = detail;
    outcome.textContent = "";
  }
  // It is kept when it was lost by going to the question that it is for.
  else if (pressedInPane) passage = null;
  show();
}

pane.addEventListener("reader:selection", ({ detail }) => select(detail));

// The text view by itself, where reader.js does not run.
document.addEventListener("selectionchange", () => {
  const selection = document.getSelection();
  const text = selection.rangeCount && selection.anchorNode?.parentElement?.closest(".pr-page-text");
  if (!text || !pane.contains(text) || pane.dataset.view === "pages") return;
  const view = inView();
  if (!selection.isCollapsed) select({ ...view, lastPage: view.page, text: selection.toString() });
});

document.addEventListener(
  "pointerdown",
  ({ target: at }) => {
    pressedInPane = pane.contains(at) && !bar.contains(at);
  },
  true,
);

pane.addEventListener("reader:page", ({ detail }) => {
  remember();
  outcome.textContent = "";
  opened.add(`${detail.document}:${detail.page}`);
  show();
});

function remember() {
  const now = served.querySelector("[name='find']")?.defaultValue.trim() ?? "";
  if (now !== words) opened = new Set();
  words = now;
}

// What a search says about the document of a question: nothing found, or what was found was read.
function searchOf(block) {
  const tab = served.querySelector(`.pr-shelf__document[data-of-kind="${block.dataset.document}"]`);
  if (!words || !tab) return null;
  const id = tab.value.split(":")[0];
  const hits = [...served.querySelectorAll(".pr-hits button")].map(({ value }) => value);
  const inDocument = hits.filter((hit) => hit.startsWith(`${id}:`));
  const read = inDocument.filter((hit) => opened.has(hit)).map((hit) => hit.split(":")[1]);
  if (inDocument.length && !read.length) return null;
  return { document: id, searched: words, pages: read.join(", ") };
}

// --- Citing -------------------------------------------------------------------------------------

function cite(block, detail) {
  block.dispatchEvent(new CustomEvent("evidence:cite", { bubbles: true, detail }));
}

function say(text, about = null) {
  root.dispatchEvent(new CustomEvent("evidence:say", { detail: { text, about } }));
}

function citePassage() {
  const block = target();
  if (!passage || !block) return;
  const { document: id, page, lastPage, text } = passage;
  const pages = lastPage > page ? `${page}-${lastPage}` : String(page);
  cite(block, { document: id, pages, quote: text });
  passage = null;
  document.getSelection().removeAllRanges();
  show();
}

function citePage() {
  const block = target();
  const view = inView();
  if (block && view) cite(block, { document: view.document, pages: String(view.page) });
}

function citeSearched() {
  const block = target();
  const search = block && searchOf(block);
  if (search) cite(block, search);
}

document.addEventListener("keydown", (event) => {
  const { altKey, ctrlKey, metaKey, code } = event;
  if (code !== "KeyC" || !altKey || ctrlKey || metaKey || event.getModifierState("AltGraph")) return;
  if (event.target.matches("textarea, select, input:not([type=radio], [type=checkbox])")) return;
  event.preventDefault();
  if (!inHand) say("Choose a question first: what you cite is attached to it.");
  else if (passage) citePassage();
  else citePage();
});

// --- Start --------------------------------------------------------------------------------------

remember();
show();
