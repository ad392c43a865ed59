/* The order page: copying the recipient. The text comes from the server, which records who copied it. */
"use strict";

(() => {
  const say = (message, tone = "success") =>
    document.dispatchEvent(new CustomEvent("toast", { detail: { message, tone } }));
  const word = (name) => document.body.dataset[name] || "";

  async function fetch_text(form) {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).text;
  }

  /* Without https there is no clipboard API; then a button that copies by selection takes over. */
  function copy_by_button(text, name) {
    const button = document.createElement("button");
    button.dataset.copy = text;
    button.dataset.copyName = name;
    button.hidden = true;
    document.body.append(button);
    button.click();
    button.remove();
  }

  /* On the way down: the frame locks only forms that nobody has taken over. */
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-copy-from]");
    if (!form) return;
    event.preventDefault();
    try {
      copy_by_button(await fetch_text(form), form.dataset.copyFrom);
    } catch {
      say(word("textFailed"), "error");
    }
  }, true);
})();
