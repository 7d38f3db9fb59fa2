// The list of documents keeps itself up to date while files are read, and says how far an upload
// is. Every form works without this file.

const list = document.getElementById("documents");
if (list) watch(list);
const attach = document.getElementById("attach");
if (attach) takeOver(attach);

// --- How far the reading is -----------------------------------------------------------------------

function watch(list) {
  const being = () => [...list.querySelectorAll("[data-being-read]")];
  const said = document.getElementById("reading-status");
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
    for (const document of answer?.documents ?? []) show(document);
    if (being().length) setTimeout(look, wait);
  }

  function show({ id, standing, read, pages, being_read: beingRead }) {
    const card = list.querySelector(`[data-document="${id}"]`);
    if (!card || !("beingRead" in card.dataset)) return;
    card.querySelector(".pr-standing").textContent = standing;
    const bar = card.querySelector("progress");
    if (beingRead) {
      bar.max = pages || 1;
      bar.value = read;
      return;
    }
    delete card.dataset.beingRead;
    bar.remove();
    said.textContent = `${card.dataset.title}: ${standing}`;
  }

  if (being().length) setTimeout(look, wait);
}

// --- Attaching ------------------------------------------------------------------------------------

function takeOver(attach) {
  const form = attach.querySelector("form");
  const input = form.querySelector("input[type=file]");
  const button = form.querySelector("button[type=submit]");
  const sending = attach.querySelector(".pr-upload");
  const bar = sending.querySelector("progress");
  const words = sending.querySelector("span");
  const said = document.getElementById("upload-status");
  const limit = Number(attach.dataset.limitMb) * 1024 * 1024;

  // The component takes files that are dropped on its field; here the whole form takes them.
  attach.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
  });
  attach.addEventListener("drop", (event) => {
    if (event.defaultPrevented || !event.dataTransfer.files.length) return;
    event.preventDefault();
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change"));
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const large = [...input.files].find((file) => file.size > limit);
    if (large) {
      return fail([
        `${large.name} is larger than ${attach.dataset.limitMb} MB. Save it as a smaller PDF and choose that.`,
      ]);
    }
    send();
  });

  function send() {
    const request = new XMLHttpRequest();
    request.open("POST", form.action); // without an action, the address of this page
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.max = total;
      bar.value = loaded;
      words.textContent =
        loaded < total ? `${megabytes(loaded)} of ${megabytes(total)} sent` : "Storing the files";
    });
    request.addEventListener("load", () => {
      if (request.response?.location) return location.assign(request.response.location);
      fail(request.response?.errors ?? [whatToDo(request)]);
    });
    request.addEventListener("error", () =>
      fail(["The connection broke off, so nothing was attached. Try again."]),
    );
    request.addEventListener("abort", () => fail(["Nothing was attached."]));
    sending.querySelector("button").onclick = () => request.abort();
    said.textContent = "";
    words.textContent = "Sending";
    bar.value = 0;
    busy(true);
    request.send(new FormData(form));
  }

  function busy(is) {
    sending.hidden = !is;
    button.disabled = is;
  }

  function fail(sentences) {
    const cancelled = sending.contains(document.activeElement);
    busy(false);
    said.textContent = sentences.join(" ");
    if (cancelled) button.focus();
  }
}

function whatToDo(request) {
  if (request.status === 401) return "You are signed out. Sign in again in another window, then try again.";
  if (request.status === 413) return "These files are too large to be sent at once. Attach them one by one.";
  if (request.status < 500) return "That did not work. Reload the page and try again.";
  return "The service did not answer. Try again in a minute.";
}

function megabytes(bytes) {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
