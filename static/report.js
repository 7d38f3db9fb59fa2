// The page keeps itself up to date while a report, or a ZIP of charts, is made. Without this file a
// link does.

const list = document.querySelector("[data-status]");
const being = () => [...list.querySelectorAll("[data-being-made]")];
let wait = 1000; // milliseconds

async function look() {
  let answer = null;
  try {
    const response = await fetch(list.dataset.status, { headers: { Accept: "application/json" } });
    if (response.status === 401 || response.status === 403) return; // signed out: nothing to see
    if (response.ok) answer = await response.json();
  } catch {
    // No connection: tried again, less and less often.
  }
  wait = answer ? 1000 : Math.min(wait * 2, 30000);
  for (const { name, state, done, of } of answer?.files ?? []) {
    const card = list.querySelector(`[data-name="${name}"][data-being-made]`);
    if (!card) continue;
    if (state !== "waiting") {
      location.reload(); // the card gets its link and its button
      return;
    }
    const bar = card.querySelector("progress");
    bar.max = of || 1;
    bar.value = done;
    if (of) bar.nextElementSibling.textContent = `${done} of ${of} charts`;
  }
  if (being().length) setTimeout(look, wait);
}

if (list && being().length) setTimeout(look, wait);
