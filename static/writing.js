// A press on a live number puts it where the cursor stands in the text. Without this file it is copied.

const text = document.getElementById("text");
const heading = document.getElementById("heading");
let last = text;

for (const box of [text, heading]) box?.addEventListener("focus", () => (last = box));

for (const code of text ? document.querySelectorAll("[data-copy]") : []) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "pr-link-button";
  button.textContent = "Put in the text";
  button.setAttribute("aria-label", `Put ${code.textContent} in the text`);
  button.addEventListener("click", () => {
    last.setRangeText(code.textContent, last.selectionStart, last.selectionEnd, "end");
    last.focus();
  });
  code.after(" ", button);
}
