// Before handing in: what this browser still holds because it did not reach the server.

const list = document.getElementById("unsaved");
const shelf = `plan-review:${list.dataset.person}:${list.dataset.review}:`;
const items = list.querySelector("ul");

for (const key of Object.keys(localStorage).filter((key) => key.startsWith(shelf))) {
  const place = key.slice(shelf.length).split("/"); // as review.js names them
  const at = place.slice(1).join("/");
  const rows = [...document.querySelectorAll("[data-place]")];
  const row = place[0] === "answers" && rows.find((row) => row.dataset.place === at);
  const section = row ? row.closest("section") : document.getElementById(place[1]);
  const link = document.createElement("a");
  link.className = "govuk-link";
  link.href = section?.querySelector("a[data-change]")?.href ?? list.dataset.home;
  link.textContent = row ? row.dataset.words : "A comment on a criterion";
  const item = document.createElement("li");
  item.append(link);
  items.append(item);
  list.hidden = false;
}
