/* What is unhandled, always by state: a hint through the socket, waking up, or simply time passing makes the page ask. */

import { Live } from "./live.js";

const NOTHING_HEARD_MS = 20000; // The server beats every 5 s: a socket that is silent for longer is dead.
const LOOK_ANYWAY_MS = 60000; // Quiet hours begin without a hint, and a hint may be lost.
const LOOK_AGAIN_MS = 2000; // After an answer that did not come.
const SPACING_MS = 700; // A burst of orders is one question.
const ANSWER_MS = 8000;
const SLEPT_MS = 4000; // A clock that ticks every second skipped some: the device slept.
const LONGEST_BACKOFF_MS = 10000;

export class Source {
  #socket = null;
  #failures = 0;
  #connect_at = 0;
  #heard_at = 0;
  #ticked_at = Date.now();
  #look_at = 0;
  #looked_at = 0;
  #is_looking = false;
  #look_again = false;
  #timer = null;

  #is_fresh = false;
  #is_heard = false;
  is_signed_out = false;

  /* `config`: {open_url, socket_path, poll_ms}; `on_state` gets each answer, `on_signed_out` nothing. */
  constructor(config, { on_state, on_signed_out }) {
    this.config = config;
    this.on_state = on_state;
    this.on_signed_out = on_signed_out;
    this.live = new Live((message) => this.#send(message));
  }

  /* The tab has one socket: live parts of the page hear through it too. */
  #send(message) {
    if (this.#is_open) this.#socket.send(JSON.stringify(message));
    return this.#is_open;
  }

  /* The shop's robots may speak only when nobody can be heard, so the server is told while this device can. */
  tell_heard(is_heard) {
    if (is_heard === this.#is_heard) return;
    this.#is_heard = is_heard;
    this.#send({ heard: is_heard });
  }

  #on_open(socket) {
    if (socket !== this.#socket) return;
    if (this.#is_heard) this.#send({ heard: true });
    this.live.on_open();
  }

  start() {
    this.look();
    this.#connect();
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.look());
    addEventListener("online", () => this.#wake());
    addEventListener("pageshow", (event) => event.persisted && this.#wake());
  }

  /* False from waking up until the first answer: what is known then may long be handled. */
  get is_fresh() {
    return this.#is_fresh && !this.#has_slept();
  }

  #has_slept() {
    const now = Date.now();
    return now - this.#ticked_at > SLEPT_MS || now < this.#ticked_at;
  }

  /* Called every second. */
  tick() {
    const now = Date.now();
    const has_slept = this.#has_slept();
    this.#ticked_at = now;
    if (this.is_signed_out) return;
    if (has_slept) this.#wake();
    if (this.#socket && now - this.#heard_at > NOTHING_HEARD_MS) this.#drop();
    if (!this.#socket && now >= this.#connect_at) this.#connect();
    if (now >= this.#look_at) this.look();
    this.live.tick();
  }

  /* Ask now, or as soon as the present question is answered. */
  look() {
    if (this.#is_looking) {
      this.#look_again = true;
      return;
    }
    const rest = this.#looked_at + SPACING_MS - Date.now();
    if (rest > 0 && rest <= SPACING_MS) {
      this.#timer ??= setTimeout(() => this.#ask(), rest);
    } else this.#ask();
  }

  /* The old socket may look open for minutes after a sleep or a change of network. */
  #wake() {
    this.#is_fresh = false;
    this.#failures = 0;
    this.live.on_wake();
    this.#drop();
    this.#connect();
    this.look();
  }

  async #ask() {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#is_looking) return;
    this.#is_looking = true;
    this.#look_again = false;
    this.#looked_at = Date.now();
    this.#look_at = this.#looked_at + LOOK_AGAIN_MS;
    const state = await this.#fetch_state();
    this.#is_looking = false;
    if (state) this.#take(state);
    if (this.#look_again) this.look();
  }

  /* What the socket brings may be newer than the answer that is still on its way: then ask once more. */
  #take(state) {
    this.#look_again = this.#look_again || this.#is_looking;
    this.#look_at = Date.now() + (this.#is_open ? LOOK_ANYWAY_MS : this.config.poll_ms);
    this.#is_fresh = true;
    this.on_state(state);
  }

  async #fetch_state() {
    try {
      const limit = AbortSignal.timeout(ANSWER_MS);
      const options = { headers: { Accept: "application/json" }, redirect: "manual", cache: "no-store", signal: limit };
      const response = await fetch(this.config.open_url, options);
      if (response.type === "opaqueredirect" || response.status === 403) this.#sign_out();
      return response.ok ? await response.json() : null;
    } catch {
      return null;
    }
  }

  #sign_out() {
    this.is_signed_out = true;
    this.#drop();
    this.on_signed_out();
  }

  get #is_open() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  #connect() {
    if (this.is_signed_out || this.#socket) return;
    const address = new URL(this.config.socket_path, location.href.replace(/^http/, "ws"));
    const socket = (this.#socket = new WebSocket(address));
    this.#heard_at = Date.now();
    socket.addEventListener("open", () => this.#on_open(socket));
    socket.addEventListener("message", (event) => this.#hear(socket, event.data));
    socket.addEventListener("close", () => this.#lose(socket));
  }

  #hear(socket, text) {
    if (socket !== this.#socket) return;
    this.#heard_at = Date.now();
    this.#failures = 0;
    const message = JSON.parse(text);
    if (message.state) this.#take(message.state);
    else if (message.type === "look") this.look();
    else this.live.on_message(message);
  }

  #lose(socket) {
    if (socket === this.#socket) this.#drop();
  }

  /* Without a socket: ask at once, poll from then on, and come back after 1 to 10 s. */
  #drop() {
    const socket = this.#socket;
    if (!socket) return;
    const was_open = this.#failures === 0;
    this.#socket = null;
    this.live.on_close();
    socket.close();
    const backoff = Math.min(1000 * 2 ** this.#failures, LONGEST_BACKOFF_MS);
    this.#failures += 1;
    this.#connect_at = Date.now() + backoff * (0.5 + Math.random() / 2);
    this.#look_at = Math.min(this.#look_at, this.#looked_at + this.config.poll_ms);
    if (was_open) this.look();
  }
}
