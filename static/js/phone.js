/* A verifier's phone: buttons that are held, presses that survive a weak network, outcomes that are seen, heard and felt. */
"use strict";

(() => {
  const HOLD_MS = 700;
  const PATIENCE_MS = 12000;
  const TRIES = 6;
  const words = document.body.dataset;
  const form = document.getElementById("handout");
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  /* What was done is soft and rises, what was not is loud and falls: [hertz, begin, length] in seconds. */
  const TONES = {
    done: { type: "sine", loud: 0.3, notes: [[660, 0, 0.1], [880, 0.11, 0.1], [1320, 0.22, 0.22]] },
    look: { type: "triangle", loud: 0.5, notes: [[520, 0, 0.16], [520, 0.24, 0.16]] },
    stop: { type: "square", loud: 0.6, notes: [[180, 0, 0.28], [140, 0.34, 0.45]] },
  };
  const BUZZ = { done: [80], look: [120, 80, 120], stop: [400, 120, 400] };
  let context = null;

  function unlock() {
    if (!window.AudioContext) return;
    context = context ?? new AudioContext();
    if (context.state === "suspended") context.resume().catch(() => {});
  }
  document.addEventListener("pointerdown", unlock);
  document.addEventListener("keydown", unlock);

  function sound({ type, loud, notes }) {
    if (!context) return;
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

  function announce(outcome) {
    outcome.querySelector("h1").focus();
    if (navigator.userActivation?.hasBeenActive ?? true) unlock();
    if (TONES[outcome.dataset.tone]) sound(TONES[outcome.dataset.tone]);
    navigator.vibrate?.(BUZZ[outcome.dataset.tone] ?? []);
  }

  /* The finger that held the button lies where the outcome's buttons come to be: they wait until it is lifted. */
  const LIFTED_MS = 400;
  const MOST_LOOKS = 40;
  const finger = { is_down: false };
  document.addEventListener("pointerdown", () => { finger.is_down = true; });
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => { finger.is_down = false; });

  async function open_when_lifted(ways) {
    ways.classList.add("is-shut");
    for (let looks = 0; finger.is_down && looks < MOST_LOOKS; looks += 1) await wait(50);
    await wait(LIFTED_MS);
    ways.classList.remove("is-shut");
  }

  const shown = document.querySelector("main.outcome");
  if (shown) announce(shown);
  for (const node of document.querySelectorAll("[data-step], [data-scan]")) node.hidden = false;

  /* Pieces. */
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const stepper = button.closest("[data-most]");
    const field = stepper.querySelector("input");
    const pieces = (Number.parseInt(field.value, 10) || 0) + Number(button.dataset.step);
    field.value = Math.min(Math.max(pieces, 0), Number(stepper.dataset.most));
  });

  /* The camera's script comes when it is asked for. */
  document.querySelector("[data-scan]")?.addEventListener("click", async (event) => {
    const find = document.getElementById("find");
    const { scan } = await import(event.currentTarget.dataset.scan);
    const text = await scan(document.getElementById("scanner"));
    if (!text) return;
    find.elements.shown.value = text.slice(0, 200);
    find.submit();
  });

  if (!form) return;
  const button = form.querySelector("[data-hold]");
  const hint = document.getElementById("handout-hint");
  const label = button.querySelector("span");
  label.textContent = button.dataset.textHold;

  function say(text, is_lost = false) {
    if (hint.textContent !== text) hint.textContent = text;
    hint.classList.toggle("is-lost", is_lost);
  }

  /* Held with a finger, a mouse, Enter or Space; who cannot hold presses twice. */
  let holding = null;

  function start_hold() {
    if (holding || button.disabled) return;
    button.classList.add("is-held");
    holding = setTimeout(() => {
      stop_hold();
      press();
    }, HOLD_MS);
  }

  function stop_hold() {
    const was_holding = holding !== null;
    clearTimeout(holding);
    holding = null;
    button.classList.remove("is-held");
    return was_holding;
  }

  function press_again() {
    if (button.disabled) return;
    if (button.classList.contains("is-armed")) return press();
    button.classList.add("is-armed");
    say(hint.dataset.textAgain);
  }

  function let_go() {
    if (stop_hold()) say(hint.dataset.textShort);
  }

  const is_press_key = (event) => event.key === "Enter" || event.key === " ";
  button.addEventListener("pointerdown", (event) => event.button === 0 && start_hold());
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) button.addEventListener(name, let_go);
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  button.addEventListener("keydown", (event) => {
    if (!is_press_key(event)) return;
    event.preventDefault();
    if (!event.repeat) start_hold();
  });
  button.addEventListener("keyup", (event) => {
    if (!is_press_key(event)) return;
    event.preventDefault();
    if (stop_hold()) press_again();
  });
  button.addEventListener("blur", () => {
    stop_hold();
    button.classList.remove("is-armed");
  });
  /* A click without a pointer and without a key is one of a screen reader; Enter in a field leads to the button. */
  button.addEventListener("click", (event) => {
    event.preventDefault();
    if (document.activeElement?.matches("input")) button.focus();
    else if (event.detail === 0) press_again();
  });
  form.addEventListener("submit", (event) => event.preventDefault());

  function press() {
    button.classList.remove("is-armed");
    const { means, elsewhere } = form.elements;
    if (means && !means.value) ask_for("means", hint.dataset.textMeans);
    else if (elsewhere && !elsewhere.value.trim()) ask_for("elsewhere", hint.dataset.textWhy);
    else send();
  }

  function ask_for(name, text) {
    say(text, true);
    form.querySelector(`[name=${name}]`).focus();
  }

  /* The same nonce on every try: whatever became of the one before, the goods are handed out once. */
  async function send() {
    const body = new URLSearchParams(new FormData(form));
    body.set("sure", "1");
    button.disabled = true;
    say(words.textSending);
    for (let tries = 1; ; tries += 1) {
      const answer = await ask(body);
      if (answer && (tries >= TRIES || !answer.is_passing)) return show(answer);
      if (!answer) say(words.textNet, true);
      await Promise.race([wait(Math.min(1000 * tries, 5000)), back_online()]);
    }
  }

  function back_online() {
    return new Promise((resolve) => window.addEventListener("online", resolve, { once: true }));
  }

  /* Null where the network is away; `is_passing`: in a moment the answer may be another one. */
  async function ask(body) {
    const abort = new AbortController();
    const patience = setTimeout(() => abort.abort(), PATIENCE_MS);
    try {
      const answer = await fetch(form.action, { method: "POST", body, signal: abort.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const main = page.querySelector("main.outcome");
      const is_passing = answer.status >= 500 || main?.hasAttribute("data-again");
      return { url: answer.redirected ? answer.url : "", page, main, is_passing };
    } catch {
      return null;
    } finally {
      clearTimeout(patience);
    }
  }

  function show({ url, page, main }) {
    if (url) return location.assign(url);
    if (!main) return location.reload();
    document.title = page.title;
    const outcome = document.importNode(main, true);
    document.body.replaceChildren(outcome);
    open_when_lifted(outcome.querySelector(".outcome-ways"));
    announce(outcome);
  }
})();
