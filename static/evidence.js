// The evidence of each question: added, taken off and put back without leaving the page, and the
// answer before brought back. cite.js says what is selected in the documents.
//
// What was cited is first written to this browser's storage, under the account's id, and taken away
// when the server has it.

const root = document.getElementById("review");
const form = root.closest("form");
// Not waited for here: what is typed or pressed before it has come must be heard too.
const posting = import(root.dataset.post).then(({ makePost }) => makePost(root.dataset, form));
const post = async (path, fields) => (await posting)(path, fields);
const pane = document.getElementById("pane");
const { person, review } = root.dataset;
const shelf = `plan-review-cite:${person}:${review}:`;
const AGAIN = 15; // seconds before what could not be sent is tried again

const sending = new Set();

let retry;

// --- What is said -------------------------------------------------------------------------------

const said = document.createElement("p");
said.className = "pr-cite-said govuk-visually-hidden";
said.setAttribute("role", "status");
root.before(said);

function say(text, about = null) {
  const title = about?.querySelector("legend").textContent;
  said.textContent = "";
  requestAnimationFrame(() => {
    said.textContent = title ? `${text} For: ${title} (${kindOf(about)})` : text; // twice is twice
  });
  root.dispatchEvent(new CustomEvent("evidence:said", { detail: { text } }));
}

function kindOf(block) {
  return document.getElementById(`about-${block.dataset.document}`)?.textContent ?? "";
}

function trouble(block, text) {
  if (text) say(text);
  if (!block) return;
  let shown = block.querySelector(".pr-cite-trouble");
  if (!shown && !text) return;
  if (!shown) {
    shown = document.createElement("p");
    shown.className = "pr-cite-trouble govuk-error-message";
    block.querySelector(".pr-evidence").before(shown);
  }
  shown.textContent = text;
  shown.hidden = !text;
}

// --- Sending ------------------------------------------------------------------------------------

function blocks() {
  return [...root.querySelectorAll("[data-question]")];
}

function pathOf(block) {
  return `answers/${block.dataset.question}/${block.dataset.document}/evidence`;
}

// Gives whether it is where it belongs.
async function cite(block, fields) {
  if (!fields.quote && !fields.searched && isOwn(block, fields.document)) {
    return addPages(block, fields.pages);
  }
  const key = `${shelf}${Date.now()}:${Math.random()}`;
  keep(key, { path: pathOf(block), fields });
  return send(key, { path: pathOf(block), fields });
}

function isOwn(block, id) {
  const option = block.querySelector(`[name$='.cite.document'] option[value="${id}"]`);
  return option?.dataset.kind === block.dataset.document;
}

// Whole pages of the question's own document are part of its answer, which review.js saves.
function addPages(block, pages) {
  const field = block.querySelector("[name$='.pages']");
  const parts = field.value.split(",").map((part) => part.trim()).filter(Boolean);
  if (pages && !parts.includes(pages)) field.value = [...parts, pages].join(", ");
  field.dispatchEvent(new Event("change", { bubbles: true }));
  say(pages ? `Added page ${pages}.` : "Name a page, or copy the words that show it.", block);
  return Boolean(pages);
}

function keep(key, citation) {
  try {
    localStorage.setItem(key, JSON.stringify(citation));
  } catch {
    // Storage can be full or forbidden; the citation itself still goes out.
  }
}

async function send(key, { path, fields }) {
  sending.add(key);
  const block = blocks().find((one) => pathOf(one) === path);
  let answer;
  try {
    answer = await post(path, new URLSearchParams(fields));
  } catch (problem) {
    clearTimeout(retry);
    retry = setTimeout(sendAll, AGAIN * 1000);
    trouble(block, `Not added yet. ${problem.message} It is kept in this browser and tried again.`);
    return false;
  } finally {
    sending.delete(key);
  }
  localStorage.removeItem(key);
  if (answer.refused) trouble(block, `Not added. ${answer.refused}`);
  else landed(block, answer);
  return !answer.refused;
}

function sendAll() {
  for (const key of Object.keys(localStorage).filter((key) => key.startsWith(shelf))) {
    if (!sending.has(key)) send(key, JSON.parse(localStorage.getItem(key)));
  }
}

function landed(block, answer) {
  if (!block) return;
  trouble(block, "");
  block.querySelector(".pr-evidence").innerHTML = answer.html;
  say(answer.said, block);
}

// --- What stands beneath a question -------------------------------------------------------------

// Before pane.js, which turns to the page of a button but knows of no quote.
root.addEventListener(
  "click",
  (event) => {
    const block = event.target.closest("[data-question]");
    const pressed = event.target.closest("button");
    if (event.target.closest(".pr-citation__quote, .pr-cited")) open(event);
    else if (pressed?.name === "cite") act(event, () => addTyped(block));
    else if (pressed?.name === "uncite") act(event, () => takeOff(block, pressed, "remove"));
    else if (pressed?.name === "put-back") act(event, () => takeOff(block, pressed, "put-back"));
    else if (pressed?.name === "undo") act(event, () => undo(block));
  },
  true,
);

function act(event, does) {
  event.preventDefault();
  does();
}

function open(event) {
  const citation = event.target.closest(".pr-citation");
  const place = citation.querySelector(".pr-cited")?.value.split(":");
  if (!place) return;
  event.preventDefault();
  event.stopPropagation();
  const quote = citation.querySelector(".pr-citation__quote")?.textContent ?? "";
  const detail = { document: place[0], page: Number(place[1]), quote };
  pane.dispatchEvent(new CustomEvent("reader:show", { detail }));
}

function fieldsOf(block) {
  const field = (name) => block.querySelector(`[name$='.cite.${name}']`);
  return { document: field("document"), pages: field("pages"), quote: field("quote") };
}

async function addTyped(block) {
  const fields = fieldsOf(block);
  const values = Object.entries(fields).map(([name, { value }]) => [name, value]);
  const landed = await cite(block, Object.fromEntries(values));
  if (landed) fields.pages.value = fields.quote.value = "";
  (landed ? fields.quote : fields.pages).focus();
}

async function takeOff(block, pressed, does) {
  const id = pressed.closest("[data-evidence]").dataset.evidence;
  try {
    const answer = await post(`${pathOf(block)}/${id}/${does}`, new URLSearchParams());
    if (answer.refused) return trouble(block, answer.refused);
    landed(block, answer);
    const item = block.querySelector(`[data-evidence="${id}"]`);
    item?.querySelector("[name='put-back'], [name='uncite']")?.focus();
  } catch (problem) {
    trouble(block, `${problem.message} Nothing was changed.`);
  }
}

// The version before goes back into the fields, and review.js saves it as a new one.
async function undo(block) {
  const version = Number(block.querySelector("[name$='.version']").value);
  let versions;
  try {
    const response = await fetch(block.querySelector(".pr-evidence").dataset.history, {
      headers: { Accept: "application/json" },
    });
    if (!response.ok || response.redirected) throw new Error(response.statusText);
    ({ versions } = await response.json());
  } catch {
    return trouble(block, "The earlier answer could not be fetched. Try again in a minute.");
  }
  const before = versions.find((one) => one.version === version - 1);
  if (!before) return;
  for (const field of block.querySelectorAll("input, textarea")) {
    if (field.name.endsWith(".version") || field.name.includes(".cite.")) continue;
    const values = before.fields[field.name] ?? [];
    if (field.type === "radio" || field.type === "checkbox") {
      field.checked = values.includes(field.value);
    } else field.value = values[0] ?? "";
  }
  block.querySelector("[name$='.comment']").dispatchEvent(new Event("change", { bubbles: true }));
  say("The earlier answer is back.");
}

// Typing a citation saves no answer, and Enter adds it.
for (const fields of root.querySelectorAll(".pr-cite")) {
  for (const event of ["input", "change"]) fields.addEventListener(event, (e) => e.stopPropagation());
  fields.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input")) return;
    event.stopPropagation();
    event.preventDefault();
    addTyped(fields.closest("[data-question]"));
  });
  fields.querySelector("[name='cite-search']")?.remove(); // the bar has it, and keeps up to date
}

// From its second version on an answer has a history.
new MutationObserver((changes) => {
  for (const block of new Set(changes.map(({ target: at }) => at.closest?.("[data-question]")))) {
    if (!block || Number(block.querySelector("[name$='.version']").value) < 2) continue;
    for (const tool of block.querySelectorAll(".pr-history, [name='undo']")) tool.hidden = false;
  }
}).observe(root, { childList: true, subtree: true });

// --- Start --------------------------------------------------------------------------------------

root.addEventListener("evidence:cite", ({ target, detail }) => cite(target, detail));
root.addEventListener("evidence:say", ({ detail }) => say(detail.text, detail.about));
window.addEventListener("online", sendAll);
window.addEventListener("focus", sendAll);
sendAll();
