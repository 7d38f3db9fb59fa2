// Answers save themselves as they are given. The pane beside them is pane.js.
//
// What was typed is first written to this browser's storage, under the account's id, and taken away
// when the server has it: a dead network, a closed window or a sign-out loses nothing.

const root = document.getElementById("review");
const form = root.closest("form");
// Not waited for here: what is typed or pressed before it has come must be heard too.
const posting = import(root.dataset.post).then(({ makePost }) => makePost(root.dataset, form));
const post = async (path, fields) => (await posting)(path, fields);
const bar = document.getElementById("all-saved");
const { person, review, criterion } = root.dataset;
const shelf = `plan-review:${person}:${review}:`;
const WAITS = [2, 5, 15, 30]; // seconds before a failed save is tried again
const TYPING = 1200; // milliseconds without a key before what was typed is saved

const timers = new Map(); // path -> the save that waits
const running = new Set();
const failed = new Map(); // path -> how often

// --- One answer or note: where it is saved, and what its fields hold -----------------------------

function pathOf(block) {
  if (block.dataset.note) return `notes/${criterion}/${block.dataset.note}`;
  return `answers/${block.dataset.question}/${block.dataset.document}`;
}

function blockOf(element) {
  return element.closest("[data-question], [data-note]");
}

function blockAt(path) {
  return [...root.querySelectorAll("[data-question], [data-note]")].find(
    (block) => pathOf(block) === path,
  );
}

function fieldsOf(block) {
  const fields = new URLSearchParams();
  for (const field of block.querySelectorAll("input, textarea")) {
    const choice = field.type === "radio" || field.type === "checkbox";
    if (!choice || field.checked) fields.append(field.name, field.value);
  }
  return fields;
}

function fillIn(block, fields) {
  for (const field of block.querySelectorAll("input, textarea")) {
    if (field.type === "radio" || field.type === "checkbox") {
      field.checked = fields.getAll(field.name).includes(field.value);
    } else field.value = fields.get(field.name) ?? "";
  }
}

// --- Saving ---------------------------------------------------------------------------------------

function keep(path, fields) {
  try {
    localStorage.setItem(shelf + path, fields.toString());
  } catch {
    // Storage can be full or forbidden; the save itself still goes out.
  }
}

function later(block, milliseconds) {
  const path = pathOf(block);
  keep(path, fieldsOf(block));
  say(block, "saving", "Not saved yet");
  schedule(path, milliseconds);
}

function schedule(path, milliseconds) {
  clearTimeout(timers.get(path));
  timers.set(path, setTimeout(() => send(path), milliseconds));
  tellAll();
}

async function send(path) {
  if (running.has(path)) return schedule(path, 300);
  clearTimeout(timers.get(path));
  timers.delete(path);
  const kept = localStorage.getItem(shelf + path);
  const block = blockAt(path);
  if (kept === null && !block) return;
  running.add(path);
  const fields = block ? fieldsOf(block) : new URLSearchParams(kept);
  if (block) say(block, "saving", "Saving");
  let answer;
  try {
    answer = await post(path, fields);
  } catch (problem) {
    running.delete(path);
    return missed(path, block, problem.message);
  }
  running.delete(path);
  if (answer.refused) {
    failed.set(path, Infinity);
    if (block) {
      // A version comes with it where only a part could not be saved.
      if (answer.version !== undefined) versionOf(block).value = answer.version;
      say(block, "failed", answer.version === undefined ? `Not saved. ${answer.refused}` : answer.refused);
      if (answer.fields) offerChoice(block, path, answer);
    }
    return tellAll();
  }
  failed.delete(path);
  if (block) landed(block, path, fields, answer);
  else localStorage.removeItem(shelf + path);
  tellAll();
}

function landed(block, path, fields, answer) {
  const version = versionOf(block);
  if (version) {
    // Changed after its question was reworded: whoever did that has looked.
    if (version.value !== String(answer.version)) block.querySelector(".pr-reworded")?.remove();
    version.value = answer.version;
  }
  const before = block.querySelector(".pr-last-time");
  if (before && answer.last_time !== undefined) {
    before.textContent = answer.last_time;
    before.hidden = !answer.last_time;
  }
  for (const [name, asked] of Object.entries(answer.asked ?? {})) {
    const other = document.getElementById(name);
    if (other) other.dataset.asked = asked ? "yes" : "no";
  }
  fields = fieldsAsSent(fields);
  if (fieldsAsSent(fieldsOf(block)) !== fields) return later(block, TYPING); // typed on meanwhile
  localStorage.removeItem(shelf + path);
  say(block, "saved", `Saved ${answer.saved}`);
  mark(block);
}

function fieldsAsSent(fields) {
  return [...fields].filter(([name]) => !name.endsWith(".version")).join("\n");
}

function missed(path, block, message) {
  const times = failed.get(path) ?? 0;
  failed.set(path, times + 1);
  const wait = WAITS[Math.min(times, WAITS.length - 1)];
  if (block) say(block, "failed", `Not saved. ${message} Kept in this browser and tried again.`);
  schedule(path, wait * 1000);
}

// Two windows, one answer: the later one is shown both and chooses.
function offerChoice(block, path, { theirs, fields }) {
  block.querySelector(".pr-choice")?.remove();
  const choice = document.createElement("div");
  choice.className = "pr-choice";
  const words = document.createElement("p");
  words.textContent = `It is now: ${theirs}.`;
  choice.append(words);
  const both = [
    ["Keep mine", () => (versionOf(block).value = fields[versionOf(block).name][0])],
    ["Take the other", () => fillIn(block, asParameters(fields))],
  ];
  for (const [text, choose] of both) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "govuk-button govuk-button--secondary";
    button.textContent = text;
    button.addEventListener("click", () => {
      choose();
      choice.remove();
      failed.delete(path);
      later(block, 0);
      block.querySelector("fieldset input, fieldset textarea")?.focus();
    });
    choice.append(button);
  }
  block.querySelector(".pr-question__status").before(choice);
}

function versionOf(block) {
  return block.querySelector("[name$='.version']");
}

function asParameters(fields) {
  return new URLSearchParams(
    Object.entries(fields).flatMap(([name, values]) => values.map((value) => [name, value])),
  );
}

// --- What the person sees -------------------------------------------------------------------------

function say(block, state, words) {
  const status = block.querySelector(".pr-saved");
  status.dataset.state = state;
  status.textContent = words;
  block.classList.toggle("pr-question--unsaved", state === "failed");
}

function tellAll() {
  const waiting = new Set([...timers.keys(), ...running, ...failed.keys()]).size;
  bar.hidden = false;
  bar.dataset.state = failed.size ? "failed" : waiting ? "saving" : "saved";
  if (failed.size) {
    bar.textContent = `${failed.size === 1 ? "1 answer is" : `${failed.size} answers are`} not saved yet. What you wrote is kept in this browser.`;
  } else bar.textContent = waiting ? "Saving" : "Everything is saved.";
}

function mark(block) {
  if (!block.dataset.question) return;
  const given = block.querySelector(
    "input:checked, fieldset textarea:not(:placeholder-shown):not(:empty)",
  );
  const text = block.querySelector("fieldset textarea")?.value.trim();
  block.classList.toggle("pr-question--answered", Boolean(given || text));
  block.querySelector("button[name='clear']").toggleAttribute("data-unneeded", !(given || text));
}

// --- Events ---------------------------------------------------------------------------------------

root.addEventListener("input", (event) => {
  const block = blockOf(event.target);
  if (block && event.target.matches("textarea, input:not([type=radio], [type=checkbox])")) {
    later(block, TYPING);
  }
});

root.addEventListener("change", (event) => {
  const block = blockOf(event.target);
  if (block) later(block, 0);
});

root.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.name !== "clear") return;
  event.preventDefault();
  clear(blockOf(button));
});

root.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input:not([type=radio], [type=checkbox])")) {
    return;
  }
  event.preventDefault();
  if (blockOf(event.target)) later(blockOf(event.target), 0);
});

window.addEventListener("online", () => [...failed.keys()].forEach((path) => schedule(path, 0)));
window.addEventListener("focus", () => {
  [...failed].filter(([, times]) => times !== Infinity).forEach(([path]) => schedule(path, 0));
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") [...timers.keys()].forEach(send);
});

function clear(block) {
  for (const field of block.querySelectorAll("fieldset input")) field.checked = false;
  for (const field of block.querySelectorAll("fieldset textarea, [name$='.pages']")) {
    field.value = "";
  }
  later(block, 0);
  block.querySelector("fieldset input, fieldset textarea")?.focus();
}

// --- Start ----------------------------------------------------------------------------------------

root.classList.add("pr-saves-itself");
for (const words of root.querySelectorAll(".pr-needs-script")) words.hidden = false;

// What did not land last time: back into its fields if they are here, and out to the server, with
// the version it was written over, so that nothing newer is lost to it.
for (const key of Object.keys(localStorage).filter((key) => key.startsWith(shelf))) {
  const path = key.slice(shelf.length);
  const block = blockAt(path);
  if (block) {
    fillIn(block, new URLSearchParams(localStorage.getItem(key)));
    say(block, "saving", "Found what was not saved last time");
  }
  schedule(path, 0);
}
