/* The scan station: every scan goes to the server under a key of its own, one after the other; the field keeps the focus. */
"use strict";

(() => {
  const form = document.getElementById("station-form");
  const field = document.getElementById("station-code");
  const say = document.getElementById("station-say");
  const mute = document.getElementById("station-mute");
  const TRIES = 5;
  const PATIENCE_MS = 10000;
  /* A second scan sooner than this is the scanner's stutter, and agrees to nothing. */
  const THINK_MS = 500;
  const MUTED = "station-muted";
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const state = () => document.getElementById("station-state");

  let shown_at = performance.now();
  let labelled = "";

  /* Short tones: what is right is soft, what is wrong is loud. [hertz, begin, length] in seconds. */
  const TONES = {
    right: { type: "sine", loud: 0.15, notes: [[880, 0, 0.09]] },
    full: { type: "sine", loud: 0.2, notes: [[660, 0, 0.1], [990, 0.11, 0.16]] },
    done: { type: "sine", loud: 0.2, notes: [[660, 0, 0.09], [880, 0.1, 0.09], [1320, 0.2, 0.18]] },
    ask: { type: "triangle", loud: 0.4, notes: [[520, 0, 0.14], [520, 0.22, 0.14]] },
    wrong: { type: "square", loud: 0.6, notes: [[180, 0, 0.25], [140, 0.3, 0.4]] },
  };
  let context = null;

  function is_muted() {
    return localStorage.getItem(MUTED) === "1";
  }

  function unlock() {
    if (!window.AudioContext) return;
    context ??= new AudioContext();
    if (context.state === "suspended") context.resume().catch(() => {});
  }

  function sound(tone) {
    const { type, loud, notes } = TONES[tone] ?? { notes: [] };
    if (!context || is_muted()) return;
    for (const [hertz, begin, length] of notes) {
      const source = context.createOscillator();
      const volume = context.createGain();
      const at = context.currentTime + begin;
      source.type = type;
      source.frequency.value = hertz;
      volume.gain.setValueAtTime(loud, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + length);
      source.connect(volume).connect(context.destination);
      source.start(at);
      source.stop(at + length);
    }
  }

  function show_mute() {
    mute.hidden = false;
    mute.setAttribute("aria-pressed", String(is_muted()));
  }

  mute.addEventListener("click", () => {
    localStorage.setItem(MUTED, is_muted() ? "" : "1");
    show_mute();
    sound("right");
    field.focus();
  });

  function make_key() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /* What was answered stands there, is heard and said, and the field is ready. */
  function show(html) {
    const pattern = document.createElement("template");
    pattern.innerHTML = html;
    const fresh = pattern.content.querySelector("#station-state");
    if (!fresh) throw new Error("no answer of the station");
    if (fresh.dataset.stage !== "waiting") labelled = "";
    state().replaceWith(fresh);
    window.htmx.process(fresh);
    take_note(fresh);
    if (fresh.hasAttribute("data-print")) print_label();
    sound(fresh.dataset.tone);
  }

  function take_note(now) {
    shown_at = performance.now();
    form.elements.order.value = now.dataset.order;
    form.elements.agreed.value = now.dataset.ask;
    const query = now.dataset.order ? `?order=${now.dataset.order}` : "";
    history.replaceState(null, "", location.pathname + query);
    say.textContent = [now.querySelector(".station-said"), now.querySelector(".station-next h2")]
      .map((part) => part?.textContent.trim()).filter(Boolean).join(". ");
  }

  function tell(tone, words) {
    const part = state().querySelector(".station-said") ?? state().insertAdjacentElement("afterbegin", document.createElement("p"));
    part.className = `station-said said-${tone}`;
    part.textContent = words;
    say.textContent = words;
    sound(tone);
  }

  function print_label() {
    labelled = "";
    document.querySelector("form[data-station-print]")?.submit();
  }

  /* Scans wait for each other, so that each meets what the one before has left. */
  let line = Promise.resolve();

  function take(code) {
    const scan = { code, key: make_key(), at: performance.now() };
    line = line.then(() => send(scan)).catch(() => tell("wrong", form.dataset.textLost)).finally(() => {
      if (!document.querySelector("dialog[open]")) field.focus();
    });
  }

  async function send({ code, key, at }) {
    const agreed = at - shown_at >= THINK_MS ? state().dataset.ask : "";
    const body = new URLSearchParams({ code, key, agreed, order: state().dataset.order });
    const answer = await ask(body);
    if (answer.redirected) return location.reload();
    const text = await answer.text();
    if (!answer.ok) return tell("wrong", text.length < 300 ? text : form.dataset.textLost);
    show(text);
    if (state().dataset.stage === "waiting") labelled = state().dataset.order;
  }

  /* The same key on every try: whatever became of the one before, the scan counts once. */
  async function ask(body) {
    for (let tries = 1; ; tries += 1) {
      try {
        const answer = await fetch(form.action, {
          method: "POST",
          body,
          headers: { "HX-Request": "true", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
          signal: AbortSignal.timeout(PATIENCE_MS),
        });
        if (answer.status < 500 || tries === TRIES) return answer;
      } catch (error) {
        if (tries === TRIES) throw error;
      }
      await wait(500 * tries);
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const pressed = event.submitter?.matches("[data-station-press]") ? event.submitter.value : "";
    const code = pressed || field.value;
    if (!pressed) field.value = "";
    if (code.trim()) take(code);
  }, true);

  function is_here(target) {
    return target === document.body || form.contains(target) || state().contains(target);
  }

  /* Keys of a scanner belong to the field, wherever the focus has gone. */
  document.addEventListener("keydown", (event) => {
    unlock();
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && !event.isComposing && is_here(event.target)) {
      event.preventDefault();
      if (field.value) field.value = "";
      else if (state().dataset.order) take("PACK-LEAVE");
      field.focus();
      return;
    }
    const is_typing = event.target.closest?.("input, select, textarea, [contenteditable]");
    const is_pressing = event.key === " " && event.target.closest?.("a, button, summary");
    if (event.key.length === 1 && !is_typing && !is_pressing) field.focus();
  }, true);

  document.addEventListener("pointerdown", unlock);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("a, button, input, select, textarea, summary, label, dialog")) field.focus();
  });
  window.addEventListener("focus", () => document.activeElement === document.body && field.focus());

  /* The number of an e-waybill has come by itself. */
  document.addEventListener("htmx:load", (loaded) => {
    const now = loaded.target;
    if (now.id !== "station-state" || now !== state() || !loaded.detail) return;
    const was_waited_for = labelled && labelled === now.dataset.order && now.dataset.stage !== "waiting";
    take_note(now);
    if (!was_waited_for) return;
    sound(now.dataset.stage === "ready" ? "full" : "wrong");
    print_label();
  });

  show_mute();
  take_note(state());
  field.focus();
})();
