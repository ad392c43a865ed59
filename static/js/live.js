/* Live parts of the page: [data-live="order:12"] is fetched again by htmx (hx-trigger="live") when the socket hints at a change.
   The hint says nothing; the part's own address answers. What the socket does not carry is asked every data-live-poll seconds. */

const MOST_TOPICS = 20;
const SPACING_MS = 500;
const POLL_S = 15;
const LOOK_ANYWAY_MS = 60000; // A hint may be lost.

export class Live {
  #asked_for = "";
  #heard = new Set();
  #asked_at = new Map();
  #stale = new Set();

  /* `send` takes a message for the server and says whether the socket could take it. */
  constructor(send) {
    this.send = send;
    document.addEventListener("htmx:afterSwap", () => this.#listen());
    document.addEventListener("htmx:beforeOnLoad", keep_other_pages_out);
    document.addEventListener("htmx:oobBeforeSwap", keep_what_is_in_use);
    keep_folds();
    document.addEventListener("visibilitychange", () => document.hidden || this.tick());
  }

  /* A new socket hears nothing until it is told what. */
  on_open() {
    this.#asked_for = "";
    this.#listen();
  }

  on_close() {
    this.#asked_for = "";
    this.#heard.clear();
  }

  /* What changed between the making of the page and this answer was not heard of: ask once. */
  on_message({ type, topic, topics }) {
    if (type === "changed") this.#stale.add(topic);
    if (type === "listening") {
      for (const name of topics) if (!this.#heard.has(name)) this.#stale.add(name);
      this.#heard = new Set(topics);
    }
    this.tick();
  }

  /* After a sleep nothing of what is shown is sure. */
  on_wake() {
    for (const topic of this.#find_topics()) this.#stale.add(topic);
  }

  /* Called every second, and at each hint. A page that nobody looks at waits. */
  tick() {
    if (document.hidden) return;
    const now = Date.now();
    const parts = [...document.querySelectorAll("[data-live]")];
    for (const topic of new Set(parts.map((part) => part.dataset.live))) {
      this.#ask(topic, parts.filter((part) => part.dataset.live === topic), now);
    }
    const topics = this.#find_topics();
    for (const topic of this.#stale) if (!topics.includes(topic)) this.#stale.delete(topic);
    if (this.#stale.size) setTimeout(() => this.tick(), SPACING_MS);
  }

  /* All parts of a topic together: a dialog may show what its page shows too. */
  #ask(topic, parts, now) {
    const rest = now - (this.#asked_at.get(topic) ?? this.#begin(topic, now));
    const poll_s = Math.min(...parts.map((part) => Number(part.dataset.livePoll || POLL_S)));
    const poll_ms = this.#heard.has(topic) ? LOOK_ANYWAY_MS : poll_s * 1000;
    const is_due = rest >= (this.#stale.has(topic) ? SPACING_MS : poll_ms);
    if (!is_due && rest >= 0) return;
    this.#stale.delete(topic);
    this.#asked_at.set(topic, now);
    for (const part of parts) htmx.trigger(part, "live");
  }

  /* The page itself was the first answer. */
  #begin(topic, now) {
    this.#asked_at.set(topic, now);
    return now;
  }

  #find_topics() {
    const parts = [...document.querySelectorAll("[data-live]")];
    return [...new Set(parts.map((part) => part.dataset.live))].slice(0, MOST_TOPICS);
  }

  #listen() {
    const topics = this.#find_topics();
    const wanted = topics.join();
    if (wanted === this.#asked_for || !this.send({ listen: topics })) return;
    this.#asked_for = wanted;
  }
}

/* Who is signed out meanwhile is sent to the page to sign in, which is no part of this one; a press leads there. */
function keep_other_pages_out(event) {
  const { requestConfig, pathInfo } = event.detail;
  const read_path = (address) => address?.split("?")[0];
  const is_sent_on = read_path(pathInfo.responsePath) !== read_path(pathInfo.finalRequestPath);
  if (is_sent_on && requestConfig.elt.matches("[data-live], [hx-trigger^='every']")) event.preventDefault();
}

/* What comes along with a live part never replaces what somebody types into or has opened. */
function keep_what_is_in_use(event) {
  const { target } = event.detail;
  const focused = document.activeElement;
  const is_in_use = (focused !== document.body && target.contains(focused)) || target.querySelector("[data-keep]");
  if (is_in_use) event.detail.shouldSwap = false;
}

/* What somebody has unfolded, or folded, is as it was when its part comes anew: each <details id> by its id. */
function keep_folds() {
  const folds = new Map();
  for (const name of ["htmx:beforeSwap", "htmx:oobBeforeSwap"]) {
    document.addEventListener(name, ({ detail }) => {
      for (const fold of detail.target.querySelectorAll("details[id]")) folds.set(fold.id, fold.open);
    });
  }
  for (const name of ["htmx:afterSwap", "htmx:oobAfterSwap"]) {
    document.addEventListener(name, () => {
      for (const [id, is_open] of folds) {
        const fold = document.getElementById(id);
        if (fold) fold.open = is_open;
      }
      folds.clear();
    });
  }
}
