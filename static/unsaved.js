// Before handing in: what this browser still holds because it did not reach the server.

const list = document.getElementById("unsaved");
const { person, review } = list.dataset;
const items = list.querySelector("ul");
const rows = [...document.querySelectorAll("[data-place]")];

function rowAt(path) {
  const [what, question, document] = path.split("/");
  return what === "answers" && rows.find(({ dataset }) => dataset.place === `${question}/${document}`);
}

function add(path, words) {
  const row = rowAt(path);
  const section = row ? row.closest("section") : document.getElementById(path.split("/")[1]);
  const link = document.createElement("a");
  link.className = "govuk-link";
  link.href = section?.querySelector("a[data-change]")?.href ?? list.dataset.home;
  link.textContent = row ? words(row.dataset.words) : "A comment on a criterion";
  const item = document.createElement("li");
  item.append(link);
  items.append(item);
  list.hidden = false;
}

// As review.js and evidence.js name what they keep.
const answers = `plan-review:${person}:${review}:`;
const citations = `plan-review-cite:${person}:${review}:`;
for (const key of Object.keys(localStorage)) {
  if (key.startsWith(answers)) add(key.slice(answers.length), (question) => question);
  if (key.startsWith(citations)) {
    const { path } = JSON.parse(localStorage.getItem(key));
    add(path, (question) => `Evidence for: ${question}`);
  }
}
