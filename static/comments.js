// Selecting a passage in a comment fills it in, and opens the form below it. Without this file it is
// copied by hand.

function take() {
  const selection = document.getSelection();
  if (selection.isCollapsed || !selection.rangeCount) return;
  const chosen = selection.getRangeAt(0);
  const start = chosen.startContainer;
  const text = (start.nodeType === Node.TEXT_NODE ? start.parentElement : start).closest("[data-text]");
  if (!text) return;
  // Three clicks select up to the beginning of what comes next: what is outside is left out.
  const within = document.createRange();
  within.selectNodeContents(text);
  within.setStart(chosen.startContainer, chosen.startOffset);
  if (text.contains(chosen.endContainer)) within.setEnd(chosen.endContainer, chosen.endOffset);
  const words = within.toString().trim();
  const box = text.closest("[data-comment]").querySelector("[data-passage]");
  if (!words || !box) return;
  box.value = words;
  const details = box.closest("details");
  if (details) details.open = true;
}

// When the selection is whole, not while it grows under the mouse.
document.addEventListener("mouseup", () => setTimeout(take));
document.addEventListener("touchend", () => setTimeout(take));
document.addEventListener("keyup", (event) => {
  if (event.key === "Shift" || event.shiftKey) take();
});
