// "Where to look" opens beneath its question, without leaving the page.

for (const button of document.querySelectorAll("button[data-look]")) {
  const place = document.getElementById(button.getAttribute("aria-controls"));
  button.setAttribute("aria-expanded", String(place.childElementCount > 0));
  button.addEventListener("click", (event) => {
    event.preventDefault();
    event.stopPropagation(); // the other buttons called "go" turn the pages beside
    const open = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!open));
    if (open) place.replaceChildren();
    else show(button, place);
  });
}

async function show(button, place) {
  place.textContent = "Looking…";
  try {
    const response = await fetch(button.dataset.look);
    if (!response.ok || response.redirected) throw new Error(response.statusText);
    place.innerHTML = await response.text();
  } catch {
    place.textContent = "That did not work. Try again in a minute.";
  }
}
