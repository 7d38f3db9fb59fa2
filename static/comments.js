// Selecting a passage in a comment fills it in, and opens the form below it. Without this file it is
// copied by hand.

const textOf = (node) => (node.nodeType === Node.TEXT_NODE ? node.parentElement : node);

function take() {
  const selection = document.getSelection();
  const words = selection.toString().trim();
  if (!words || !selection.anchorNode || !selection.focusNode) return;
  const text = textOf(selection.anchorNode).closest("[data-text]");
  if (!text || text !== textOf(selection.focusNode).closest("[data-text]")) return;
  const comment = text.closest("[data-comment]");
  const box = comment.querySelector("[data-passage]");
  if (!box) return;
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
