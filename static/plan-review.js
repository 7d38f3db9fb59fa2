// Every page works without this file; it adds the behaviour of the GOV.UK components.
// The version is in the path, so a browser never keeps an old copy of the import.
import { initAll } from "./vendor/govuk-frontend-6.3.0/govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// A region that scrolls sideways must be reachable by keyboard, but a table that fits should not
// cost everyone a stop on the way down the page.
function updateScrollStops() {
  for (const region of document.querySelectorAll(".pr-table-wrap")) {
    if (region.scrollWidth > region.clientWidth) region.setAttribute("tabindex", "0");
    else region.removeAttribute("tabindex");
  }
}
updateScrollStops();
window.addEventListener("resize", updateScrollStops);
