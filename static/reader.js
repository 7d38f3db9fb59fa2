// The reader: the pages of a PDF beside the questions, drawn by pdf.js as they come into view.
//
// It hears and says where it is through events on #pane (pane.js lists them). The file comes in
// pieces as pages need them, no script of a PDF runs, and nothing of pdf.js needs eval, WebAssembly
// or inline styles (docs/reader.md).

const pane = document.getElementById("pane");
const reader = document.getElementById("reader");
const pages = document.getElementById("reader-pages");
const waiting = document.getElementById("reader-wait");
const pageField = document.getElementById("reader-page");
const zoomField = document.getElementById("reader-zoom");
const { library } = reader.dataset;
const STORE = `plan-review-reader:${document.getElementById("review").dataset.person}`;
const MOST_OPEN = 3; // documents kept open, so that going back to one is at once
const ACCEPTED = "application/json, application/pdf"; // signed out: 401, and no page to sign in on
const MOST_PIXELS = 2 ** 26; // of one picture in a page: more is left out

const files = new Map(); // document -> {task, pdf, at}, the one used last at the end
let shown = { document: "", kind: "", page: 0 };
let marked = { words: [], quote: "", page: 0, lastPage: 0 };
let opening = 0; // which call of open() is the newest
let settled = false; // the document in view stands where it was asked to
let toReveal = 0; // the page whose first mark is to come into view
let cameFrom = null; // what had the focus when a place was opened
let loading; // pdf.js, on its way
let parts; // and once it is here

const part = (does) => reader.querySelector(`[data-does="${does}"]`);
const tell = (name, detail) =>
  pane.dispatchEvent(new CustomEvent(`reader:${name}`, { detail }));

// --- pdf.js -----------------------------------------------------------------------------------

async function load() {
  const pdfjs = await import(`${library}pdf.min.mjs`);
  pdfjs.GlobalWorkerOptions.workerSrc = `${library}pdf.worker.min.mjs`;
  const [component, marks, mend, find, side] = await Promise.all([
    import(`${library}pdf_viewer.min.mjs`), // needs the first
    import(reader.dataset.marks),
    import(reader.dataset.mend),
    import(reader.dataset.find),
    import(reader.dataset.side),
  ]);
  const bus = new component.EventBus();
  const links = new component.PDFLinkService({
    eventBus: bus,
    externalLinkTarget: component.LinkTarget.BLANK,
    externalLinkRel: "noopener noreferrer nofollow",
    ignoreDestinationZoom: true,
  });
  const finder = find.makeFinder(component, bus, links);
  const viewer = new component.PDFViewer({
    container: pages,
    eventBus: bus,
    linkService: links,
    findController: finder,
    annotationMode: pdfjs.AnnotationMode.ENABLE, // shown, but no forms to fill in
    annotationEditorMode: pdfjs.AnnotationEditorType.DISABLE,
    imageResourcesPath: `${library}images/`,
    removePageBorders: true,
  });
  links.setViewer(viewer);
  const made = { pdfjs, bus, links, viewer, marks, mend, focusPages };
  made.side = side.makeSide(reader, made, remembered, remember);
  made.find = find.makeBar(reader, made, () => show({}));
  listen(made);
  return made;
}

function ask(id) {
  const known = files.get(id);
  files.delete(id);
  const file = known ?? { at: null };
  file.task ??= parts.pdfjs.getDocument({
    url: reader.dataset.file.replace("/0/", `/${id}/`),
    httpHeaders: { Accept: ACCEPTED },
    disableStream: true, // with the next: only what a page needs is fetched
    disableAutoFetch: true,
    useWasm: false,
    wasmUrl: `${library}decoders/`,
    cMapUrl: `${library}cmaps/`,
    standardFontDataUrl: `${library}standard_fonts/`,
    maxImageSize: MOST_PIXELS,
    isEvalSupported: false, // the version vendored has no eval left; an older one would need it said
    enableXfa: false,
  });
  files.set(id, file);
  for (const [other, { task }] of files) {
    if (files.size <= MOST_OPEN) break;
    files.delete(other);
    task.destroy();
  }
  return file;
}

// --- Opening a place --------------------------------------------------------------------------

async function open(detail) {
  const mine = ++opening;
  const id = String(detail.document);
  const focused = document.activeElement;
  reader.hidden = false;
  waiting.textContent = id === shown.document ? "" : "Opening the pages";
  try {
    parts ??= await (loading ??= load());
    const file = ask(id);
    file.pdf ??= await file.task.promise;
    await file.pdf.getPage(1); // without it the viewer would wait for ever
    if (mine !== opening) return;
    if (id !== shown.document) await swap(id, file);
  } catch (problem) {
    if (mine === opening) fail(id, detail.page, problem);
    return;
  }
  if (mine !== opening) return;
  waiting.textContent = "";
  goTo(Number(detail.page) || 1, files.get(id).at);
  settled = true;
  show(detail);
  pageChanged();
  if (detail.focus !== false && typeof detail.focus !== "string") {
    if (!pages.contains(focused)) cameFrom = focused;
    focusPages();
  }
}

async function swap(id, file) {
  const { viewer, links, bus, side, find } = parts;
  settled = false;
  shown = { document: "", kind: "", page: 0 };
  const begun = new Promise((done) => bus.on("pagesinit", done, { once: true }));
  find.close();
  viewer.setDocument(file.pdf);
  links.setDocument(file.pdf);
  await begun;
  shown = { document: id, kind: kindOf(id), page: 0 };
  viewer.currentScaleValue = remembered().zoom ?? "page-width";
  document.getElementById("reader-of").textContent = `of ${file.pdf.numPages}`;
  pages.setAttribute("aria-label", `Pages of ${tab(id)?.textContent ?? "the document"}`);
  side.fill(file.pdf);
}

function goTo(number, at) {
  const { viewer } = parts;
  const page = Math.min(Math.max(number, 1), viewer.pagesCount);
  if (shown.page === 0 && at?.pageNumber === page) {
    const destArray = [null, { name: "XYZ" }, at.left, at.top, null];
    viewer.scrollPageIntoView({ pageNumber: page, destArray });
  } else if (page !== shown.page) viewer.scrollPageIntoView({ pageNumber: page });
}

function fail(id, page, problem) {
  const lost = problem.name === "ResponseException" || problem instanceof TypeError;
  const why = {
    PasswordException: "The file is locked with a password",
    ResponseException: "The file could not be fetched",
  }[problem.name];
  files.get(id)?.task.destroy();
  files.delete(id);
  loading = parts && loading; // a script that did not come is asked for again
  reader.hidden = true;
  const message = `${why ?? "The pages of this file could not be drawn"}. What could be read of it stands here as text.`;
  tell("failed", { document: id, page, message, lost });
}

function tab(id) {
  return [...pane.querySelectorAll(".pr-shelf__document")].find(
    (button) => button.value.split(":")[0] === id,
  );
}

function kindOf(id) {
  return tab(id)?.dataset.ofKind ?? "";
}

function focusPages() {
  pages.focus({ preventScroll: pane.getBoundingClientRect().top < innerHeight / 2 });
}

// --- Marks of a quote or of words -------------------------------------------------------------

function show({ words = [], quote = "", page = 0, lastPage = page }) {
  marked = { words, quote, page: Number(page), lastPage: Number(lastPage || page) };
  toReveal = words.length || quote ? marked.page : 0;
  for (const view of parts.viewer.getCachedPageViews()) markPage(view.id);
}

function markPage(number) {
  const layer = parts.viewer.getPageView(number - 1)?.textLayer?.div;
  if (!layer) return;
  parts.marks.unmark(layer);
  const quoted = number >= marked.page && number <= marked.lastPage;
  const [first] = parts.marks.mark(layer, { ...marked, quote: quoted ? marked.quote : "" });
  if (!first || number !== toReveal) return;
  toReveal = 0;
  const box = first.getBoundingClientRect();
  const frame = pages.getBoundingClientRect();
  if (box.top < frame.top + 8 || box.bottom > frame.bottom - 8) {
    pages.scrollTop += box.top - frame.top - frame.height / 3;
  }
}

// --- What pdf.js says -------------------------------------------------------------------------

function listen({ bus, viewer, mend }) {
  bus.on("pagechanging", () => pageChanged());
  bus.on("updateviewarea", ({ location }) => {
    if (settled && files.has(shown.document)) files.get(shown.document).at = location;
  });
  bus.on("textlayerrendered", ({ pageNumber }) => markPage(pageNumber));
  bus.on("scalechanging", ({ scale, presetValue }) => showZoom(scale, presetValue));
  mend.mendAlways(pages, { after: () => settled && parts.side.mark(shown.page) });
  let resized;
  let width = 0;
  new ResizeObserver(([{ contentRect }]) => {
    const preset = viewer.currentScaleValue;
    const other = contentRect.width !== width || preset === "page-fit";
    width = contentRect.width;
    if (!other || !width || !Number.isNaN(Number(preset))) return;
    clearTimeout(resized);
    resized = setTimeout(() => viewer.pdfDocument && (viewer.currentScaleValue = preset), 100);
  }).observe(pages);
}

function pageChanged() {
  if (!settled) return;
  const number = parts.viewer.currentPageNumber;
  const { numPages } = parts.viewer.pdfDocument;
  pageField.value = number;
  part("back").setAttribute("aria-disabled", number <= 1);
  part("on").setAttribute("aria-disabled", number >= numPages);
  if (shown.page === number) return;
  shown.page = number;
  parts.side.mark(number);
  tell("page", { ...shown, pages: numPages });
}

function showZoom(scale, preset) {
  const known = [...zoomField.options].find(
    ({ value }) => value && (value === preset || Number(value) === Number(scale.toFixed(2))),
  );
  const other = zoomField.options[zoomField.options.length - 1];
  other.textContent = `${Math.round(scale * 100)}%`;
  (known ?? other).selected = true;
}

// --- Hands ------------------------------------------------------------------------------------

function turn(by) {
  const { viewer } = parts;
  const number = Math.min(Math.max(viewer.currentPageNumber + by, 1), viewer.pagesCount);
  viewer.scrollPageIntoView({ pageNumber: number });
  say(`Page ${number} of ${viewer.pagesCount}`);
}

function zoom(change) {
  change(parts.viewer);
  remember({ zoom: parts.viewer.currentScaleValue });
  say(`Zoom ${Math.round(parts.viewer.currentScale * 100)}%`);
}

function say(words) {
  document.getElementById("reader-said").textContent = words;
}

const DOES = {
  back: () => turn(-1),
  on: () => turn(1),
  less: () => zoom((viewer) => viewer.decreaseScale()),
  more: () => zoom((viewer) => viewer.increaseScale()),
  side: () => parts.side.toggle(),
  find: () => parts.find.toggle(),
};

reader.addEventListener("click", (event) => {
  const does = event.target.closest("[data-does]")?.dataset.does;
  if (settled && does in DOES) DOES[does]();
});

zoomField.addEventListener("change", () => {
  if (settled) zoom((viewer) => (viewer.currentScaleValue = zoomField.value));
});

pageField.addEventListener("change", () => {
  const number = Math.trunc(Number(pageField.value));
  if (settled && number >= 1) {
    parts.viewer.scrollPageIntoView({ pageNumber: Math.min(number, parts.viewer.pagesCount) });
  }
  if (settled) pageField.value = parts.viewer.currentPageNumber;
});

reader.addEventListener("keydown", (event) => {
  // Enter in a field would send the form of the answers.
  if (event.key === "Enter" && event.target.matches("input")) {
    event.preventDefault();
    if (event.target === pageField) pageField.dispatchEvent(new Event("change"));
  }
  if (!settled || !pages.contains(event.target) || event.altKey || event.metaKey) return;
  if (press(event)) event.preventDefault();
});

// Keys of the pages themselves: Page Up and Page Down, Home, End and the space bar scroll by
// themselves, so that no line is passed over; only where a whole page fits do they turn it.
function press({ key, ctrlKey }) {
  if (ctrlKey) return key.toLowerCase() === "f" && (parts.find.toggle(true), true);
  const whole = parts.viewer.currentScaleValue === "page-fit";
  const wide = pages.scrollWidth > pages.clientWidth;
  if ((key === "ArrowRight" && !wide) || (key === "PageDown" && whole)) return turn(1), true;
  if ((key === "ArrowLeft" && !wide) || (key === "PageUp" && whole)) return turn(-1), true;
  if (key === "+" || key === "=") return DOES.more(), true;
  if (key === "-") return DOES.less(), true;
  if (key === "0") return zoom((viewer) => (viewer.currentScaleValue = "page-width")), true;
  return key === "Escape" && leave();
}

function leave() {
  if (!cameFrom?.isConnected) return false;
  tell("leave"); // in a narrow window the questions come into view first
  cameFrom.focus();
  return true;
}

// --- What is selected, in the pages or in the text --------------------------------------------

let selected = "";
let selecting;
document.addEventListener("selectionchange", () => {
  clearTimeout(selecting);
  selecting = setTimeout(tellSelection, 150);
});

function tellSelection() {
  const selection = document.getSelection();
  const range = selection.rangeCount ? selection.getRangeAt(0) : null;
  const first = range && pageOf(range.startContainer);
  const last = range && pageOf(range.endContainer);
  const text = first ? selection.toString().replace(/-\n\s*/g, "-").replace(/\s+/g, " ").trim() : "";
  if (text === selected) return;
  selected = text;
  const inView = pane.querySelector("[data-kind]").dataset;
  const id = pane.querySelector("[name='document']").value;
  const page = first || Number(inView.page);
  tell("selection", { document: id, kind: inView.kind, page, lastPage: last || page, text });
}

function pageOf(node) {
  const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
  const page = element?.closest("#reader-pages .page, #served [data-page]")?.dataset;
  return page ? Number(page.pageNumber ?? page.page) : 0;
}

// --- Start ------------------------------------------------------------------------------------

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? {};
  } catch {
    return {};
  }
}

function remember(change) {
  try {
    localStorage.setItem(STORE, JSON.stringify({ ...remembered(), ...change }));
  } catch {
    // Storage can be full or forbidden: then the zoom is of this window alone.
  }
}

// In a narrow window the documents may be out of view: then they are opened when they come into it.
let unseen = null;

pane.addEventListener("reader:show", ({ detail }) => {
  unseen = null;
  if (pane.dataset.view !== "pages") {
    opening += 1; // what was being opened is no longer wanted
    reader.hidden = true;
  } else if (pane.offsetParent) open(detail);
  else unseen = detail;
});

new ResizeObserver(() => {
  if (unseen && pane.offsetParent) {
    open(unseen);
    unseen = null;
  }
}).observe(pane);

tell("ready");
