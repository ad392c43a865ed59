/* Voice alerts: what is unhandled (alerts-source), whether this tab can be heard (alerts-voice), whether it is the one that
   speaks (alerts-tab), what was already said (alerts-memory), and what is shown (alerts-page). */

import { Memory } from "./alerts-memory.js";
import { Page } from "./alerts-page.js";
import { Source } from "./alerts-source.js";
import { make_speaking_tab } from "./alerts-tab.js";
import { Voice } from "./alerts-voice.js";

function start(config) {
  const memory = new Memory();
  const page = new Page(config);
  const voice = new Voice({ chime: config.chimeUrl, clip: config.clipUrl }, settle);
  const tab = make_speaking_tab(show);
  const addresses = { open_url: config.openUrl, socket_path: config.socketPath, poll_ms: config.pollSeconds * 1000 };
  const source = new Source(addresses, { on_state, on_signed_out });
  const seen = new Set();
  let state = null;

  /* The tab asks to speak when it can be heard, and makes room when it cannot. */
  function settle() {
    if (voice.is_audible && !source.is_signed_out) tab.ask();
    else tab.leave();
    tab.refresh();
  }

  function show() {
    if (source.is_signed_out) return;
    const light = tab.is_speaking ? "speaking" : tab.is_elsewhere ? "elsewhere" : "silent";
    source.tell_heard(light !== "silent");
    page.show_light(light, state?.settings);
    page.show_silence(light === "silent", {
      is_away: memory.is_strip_away(Date.now()),
      is_unheard: memory.find_unheard(list_voiced()).length > 0,
    });
    speak_due();
  }

  function on_state(answer) {
    state = answer;
    page.show_alerts(answer);
    const fresh = answer.alerts.filter((alert) => !seen.has(alert.id));
    for (const alert of fresh) seen.add(alert.id);
    if (fresh.length) page.notify(answer.count);
    show();
  }

  function on_signed_out() {
    page.show_signed_out();
    settle();
  }

  function speak_due() {
    if (!state || !source.is_fresh || !tab.is_speaking || voice.is_busy || state.settings.is_quiet) return;
    const open = list_voiced();
    const [now, repeat_ms] = [Date.now(), state.settings.repeat_s * 1000];
    const due = memory.pick_due(open, repeat_ms, now);
    if (!due.length) return;
    memory.mark_spoken(due, open, repeat_ms, now);
    for (const [sound, alerts] of group_by_sound(due, state.phrases)) {
      const clip = alerts.some((alert) => alert.kind === "new_order");
      voice.say(() => make_sentence(alerts.filter(is_open), state.phrases), { sound, clip }).then(speak_due);
    }
  }

  const list_voiced = () => (state?.alerts || []).filter((alert) => alert.is_voiced);

  const is_open = ({ id }) => state.alerts.some((alert) => alert.id === id);

  /* Pressed on purpose: unlock, and prove it. */
  async function enable() {
    voice.unlock_speech();
    memory.remember_enabled();
    document.querySelector('[data-step="sound"]')?.classList.add("is-done");
    if (window.Notification?.permission === "default") Notification.requestPermission();
    const is_audible = await voice.unlock();
    if (is_audible) voice.say(() => config.testWords).then(speak_due);
    settle();
  }

  /* Any press arms a device where sound was enabled before. */
  async function arm() {
    if (voice.is_audible || !memory.is_enabled) return;
    voice.unlock_speech();
    await voice.unlock();
    settle();
  }

  function put_strip_away() {
    memory.put_strip_away(Date.now());
    show();
    document.querySelector("#sound-light button")?.focus();
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-alerts-later]")) put_strip_away();
    else if (event.target.closest("[data-alerts-unlock], [data-alerts-test]")) enable();
    else arm();
  }, true);
  document.addEventListener("keydown", arm, true);
  document.addEventListener("alerts-look", () => source.look());

  make_clock(config.clockUrl, () => {
    source.tick();
    page.tick();
    tab.refresh();
  });
  source.start();
  start_voice();

  async function start_voice() {
    if (memory.is_enabled && (await voice.is_trusted())) await voice.unlock();
    settle();
  }
}

function make_sentence(alerts, phrases) {
  const kinds = Object.entries(phrases).map(([kind, phrase]) => [phrase, alerts.filter((alert) => alert.kind === kind).length]);
  const parts = kinds.filter(([, count]) => count > 0);
  return parts.map(([phrase, count]) => (count === 1 ? phrase.one : phrase.many.replace("{n}", count))).join("。");
}

/* What rings alike is said in one sentence: pairs of the address of a sound, "" for the usual one, and its alerts. */
function group_by_sound(alerts, phrases) {
  const groups = new Map();
  for (const alert of alerts) {
    const sound = phrases[alert.kind]?.sound || "";
    groups.set(sound, [...(groups.get(sound) || []), alert]);
  }
  return groups;
}

function make_clock(url, on_tick) {
  try {
    const worker = new Worker(url);
    worker.addEventListener("message", on_tick);
    worker.addEventListener("error", () => setInterval(on_tick, 1000), { once: true });
  } catch {
    setInterval(on_tick, 1000);
  }
}

const config = document.getElementById("alerts");
if (config) start(config.dataset);
