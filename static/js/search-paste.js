/* Many lines pasted into the search box: a one-line field would run them together with spaces, and a name or the last
   four digits of a phone could no longer be told from the next. Commas keep them apart. */

document.addEventListener("paste", (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || input.id !== "search") return;
  const lines = (event.clipboardData?.getData("text/plain") ?? "").split(/[\r\n\t]+/);
  const words = lines.map((line) => line.trim()).filter(Boolean);
  if (words.length < 2) return;
  event.preventDefault();
  input.setRangeText(words.join(", "), input.selectionStart, input.selectionEnd, "end");
  input.dispatchEvent(new Event("input", { bubbles: true }));
});
