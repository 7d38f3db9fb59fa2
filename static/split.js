// Questions and documents side by side: the divider between them, and tabs in a narrow window.

const root = document.getElementById("review");
const questions = document.getElementById("questions");
const pane = document.getElementById("pane");
const divider = document.getElementById("divider");
const tabs = document.getElementById("panes");
const wide = matchMedia("(min-width: 1100px)");
const STORE = `plan-review-divider:${root.dataset.person}`;
const STEP = 2; // per cent, for an arrow key
const STOPS = [50, 35, 65]; // where a press without a move takes it, one after the other
const MARGIN = 16; // pixels above and below the documents
const LEAST = 420; // pixels: the documents are never lower than this

// --- The divider ------------------------------------------------------------------------------

const least = Number(divider.getAttribute("aria-valuemin"));
const most = Number(divider.getAttribute("aria-valuemax"));

function move(share, keep = true) {
  const now = Math.round(Math.min(Math.max(share, least), most));
  divider.setAttribute("aria-valuenow", now);
  divider.setAttribute("aria-valuetext", `Questions ${now}%, documents ${100 - now}%`);
  root.style.setProperty("--pr-questions", now / 100);
  if (keep) write(now);
}

function now() {
  return Number(divider.getAttribute("aria-valuenow"));
}

function write(share) {
  try {
    localStorage.setItem(STORE, share);
  } catch {
    // Storage can be full or forbidden: then it is of this window alone.
  }
}

divider.addEventListener("keydown", (event) => {
  const to = {
    ArrowLeft: now() - STEP,
    ArrowRight: now() + STEP,
    Home: least,
    End: most,
  }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  move(to);
});

divider.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  const begun = event.clientX;
  let moved = false;
  divider.setPointerCapture(event.pointerId);
  const box = root.getBoundingClientRect();
  const drag = ({ clientX }) => {
    moved ||= Math.abs(clientX - begun) > 3;
    if (moved) move(((clientX - box.left) / box.width) * 100);
  };
  const end = () => {
    divider.removeEventListener("pointermove", drag);
    if (!moved) move(STOPS[(STOPS.indexOf(now()) + 1) % STOPS.length]);
  };
  divider.addEventListener("pointermove", drag);
  divider.addEventListener("lostpointercapture", end, { once: true });
  divider.focus({ preventScroll: true });
  event.preventDefault(); // no text is selected on the way
});

// --- Tabs -------------------------------------------------------------------------------------

let side = "questions";
let left = 0; // how far down the questions were

function look(which) {
  const stays = side === which && which === "questions";
  if (side === "questions" && which === "pane") left = scrollY;
  side = which;
  root.dataset.side = which;
  for (const button of tabs.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", button.value === which);
  }
  if (wide.matches || stays) return;
  const top = scrollY + root.getBoundingClientRect().top - tabs.offsetHeight - MARGIN;
  scrollTo({ top: which === "pane" ? top : left, behavior: "instant" });
}

tabs.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) look(button.value);
});

pane.addEventListener("reader:show", ({ detail }) => {
  if (detail.focus !== false) look("pane");
});
pane.addEventListener("reader:leave", () => look("questions"));

// What has the focus is in view: an answer that is asked for by its address, or one with an error.
questions.addEventListener("focusin", () => look("questions"));

// --- Height: the documents fill the window, from where they begin ------------------------------

function fit() {
  const top = Math.max(MARGIN, pane.getBoundingClientRect().top);
  const height = Math.max(LEAST, innerHeight - top - MARGIN);
  root.style.setProperty("--pr-pane-height", `${Math.round(height)}px`);
}

addEventListener("scroll", fit, { passive: true });
addEventListener("resize", fit);

// --- Start ------------------------------------------------------------------------------------

let kept = null;
try {
  kept = localStorage.getItem(STORE);
} catch {
  // Storage can be forbidden.
}
root.classList.add("pr-split--moves");
divider.hidden = false;
tabs.hidden = false;
move(Number(kept) || now(), false);
look(side);
fit();
