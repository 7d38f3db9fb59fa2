// What pdf.js leaves undone for those who do not use eyes and a mouse, done once a page is drawn.
//
// The links of a page lie on its print, as small as that is, so they are no stops for the keyboard:
// "Links" beside the pages has them all, in a size for fingers and with their words.

const WAIT = 50; // milliseconds without a change, after which pages are looked through

export function mendAlways(pages, { after }) {
  let waiting;
  const look = () => {
    for (const page of pages.querySelectorAll(".page[data-loaded]")) mend(page);
    after();
  };
  new MutationObserver(() => {
    mendAtOnce(pages);
    clearTimeout(waiting);
    waiting = setTimeout(look, WAIT);
  }).observe(pages, {
    childList: true,
    subtree: true,
    attributeFilter: ["aria-owns", "data-loaded"],
  });
}

// What would be wrong until a page is drawn: links that are stops, names that point nowhere.
function mendAtOnce(pages) {
  for (const link of pages.querySelectorAll(".linkAnnotation > a:not([tabindex='-1'])")) {
    link.tabIndex = -1;
    link.ariaLabel = link.title || "Link";
  }
  for (const owner of pages.querySelectorAll("[aria-owns]")) own(owner);
  // Tables may not hold a caption yet, by the rules of ARIA 1.2.
  for (const caption of pages.querySelectorAll("[role='table'] > [role='caption']")) {
    caption.removeAttribute("role");
    caption.parentNode.before(caption);
  }
}

function mend(page) {
  if (!page.querySelector(":scope > h3")) page.prepend(heading(page.dataset.pageNumber));
  page.querySelector(".textLayer")?.setAttribute("tabindex", "-1"); // the pages are one stop
  for (const link of page.querySelectorAll(".linkAnnotation > a:not([data-named])")) {
    const words = wordsUnder(link, page); // none yet, where the text is not there yet
    if (!words) continue;
    link.ariaLabel = words;
    link.dataset.named = "yes";
  }
  for (const owner of page.querySelectorAll("[data-owns]")) own(owner);
}

// pdf.js names the parts of an element before they are made, and some that never are.
function own(owner) {
  owner.dataset.owns ??= owner.getAttribute("aria-owns");
  const there = owner.dataset.owns.split(" ").filter((id) => document.getElementById(id)).join(" ");
  if (there === (owner.getAttribute("aria-owns") ?? "")) return;
  if (there) owner.setAttribute("aria-owns", there);
  else owner.removeAttribute("aria-owns");
}

// For those who move from heading to heading.
function heading(number) {
  const heading = document.createElement("h3");
  heading.className = "govuk-visually-hidden";
  heading.textContent = `Page ${number}`;
  return heading;
}

function wordsUnder(link, page) {
  const box = link.getBoundingClientRect();
  const words = [];
  for (const span of page.querySelectorAll(".textLayer span:not(.markedContent)")) {
    const { left, right, top, bottom } = span.getBoundingClientRect();
    const across = Math.min(right, box.right) - Math.max(left, box.left);
    const middle = (top + bottom) / 2;
    if (middle > box.top && middle < box.bottom && across > (right - left) / 2) {
      words.push(span.textContent);
    }
  }
  return words.join(" ").replace(/\s+/g, " ").replace(/(\s?\.){3,}/g, " ").trim();
}
