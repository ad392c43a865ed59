/* The page of a payment link: it looks by itself whether it is paid, and a press leads to WeChat at once. */
"use strict";

(() => {
  const EVERY_MS = 3000;
  const MOST_MS = 30000;
  const main = () => document.getElementById("main");
  let timer = null;
  let wait_ms = EVERY_MS;
  let is_sending = false;

  function look_again() {
    clearTimeout(timer);
    if (main().dataset.poll) timer = setTimeout(look, wait_ms);
  }

  async function ask(url, options = {}) {
    const answer = await fetch(url, { ...options, headers: { "X-Part": "pay" } });
    if (answer.status === 204) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("main");
    if (!fresh) throw new Error(answer.status);
    main().replaceWith(document.importNode(fresh, true));
    return true;
  }

  /* A page that nobody looks at asks nothing; without a network it asks less and less often. */
  async function look() {
    if (is_sending || document.hidden) return look_again();
    try {
      await ask(main().dataset.poll);
      wait_ms = EVERY_MS;
    } catch {
      wait_ms = Math.min(wait_ms * 2, MOST_MS);
    }
    look_again();
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && main().dataset.poll && !is_sending) {
      clearTimeout(timer);
      look();
    }
  });

  document.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (is_sending) return;
    const form = event.target;
    is_sending = true;
    form.querySelector("button").disabled = true;
    try {
      await ask(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const led = main().querySelector("[data-go]");
      if (led) location.assign(led.href);
    } catch {
      /* What came of it the next look says; pressed again it goes on with the same payment. */
      form.querySelector("button").disabled = false;
    }
    is_sending = false;
    look_again();
  });

  look_again();
})();
