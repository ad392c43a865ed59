/* What the page shows of alerts: counts, title, the sound light, the red strip, the hint on lists, and notifications. */

const MOST_COUNTED = 999;

export class Page {
  #base_title = document.title;
  #known = null;
  #on_arrival = null;
  #count = 0;
  #flash = false;
  #light = "";

  constructor(config) {
    this.config = config;
    /* A swapped table shows all that is known. */
    document.addEventListener("htmx:afterSwap", () => {
      this.#known = null;
      for (const hint of document.querySelectorAll("[data-alerts-hint]")) hint.hidden = true;
    });
  }

  /* `state` is what the server answered. */
  show_alerts(state) {
    this.#count = state.count;
    this.#write_counts();
    this.#write_title();
    this.#show_hints(state);
    this.#offer_newest(state);
    this.#grey_handled(state);
  }

  /* `light`: "speaking", "elsewhere" or "silent". */
  show_light(light, settings) {
    if (light !== this.#light) {
      this.#light = light;
      const holder = document.getElementById("sound-light");
      const template = document.getElementById(`alerts-light-${light}`);
      if (holder && template) holder.replaceChildren(template.content.cloneNode(true));
    }
    const word = settings?.is_quiet ? "quiet" : settings?.is_voice_on === false ? "off" : "on";
    for (const part of document.querySelectorAll("[data-alerts-word]")) part.hidden = part.dataset.alertsWord !== word;
  }

  /* The strip may be put away for a while; then the light says that something was not heard. */
  show_silence(is_silent, { is_away, is_unheard }) {
    document.getElementById("alerts-silent").hidden = !is_silent || is_away;
    document.getElementById("sound-light")?.toggleAttribute("data-unheard", is_silent && is_unheard);
  }

  show_signed_out() {
    document.getElementById("alerts-silent").hidden = true;
    document.getElementById("alerts-signed-out").hidden = false;
  }

  /* Called every second: the title of a tab in the background flashes while something is unhandled. */
  tick() {
    this.#flash = document.hidden && this.#count > 0 && !this.#flash;
    this.#write_title();
  }

  /* A system notification for a page that is not looked at; the tag merges those of several tabs. */
  notify(count) {
    if (!document.hidden || !window.Notification || Notification.permission !== "granted") return;
    const body = this.config.wordNotify.replace("{n}", count);
    const note = new Notification(this.config.wordNotifyTitle, { body, tag: "alerts", lang: document.documentElement.lang });
    note.addEventListener("click", () => {
      window.focus();
      location.assign(this.config.listUrl);
    });
  }

  #write_counts() {
    const words = this.#write_count();
    const bell = document.getElementById("unhandled-alerts");
    if (bell) bell.textContent = words;
    for (const link of document.querySelectorAll(`.side-link[href="${this.config.listUrl}"]`)) {
      let count = link.querySelector(".count");
      if (!count) {
        count = document.createElement("span");
        count.className = "count count-urgent";
        link.append(count);
      }
      count.textContent = words;
    }
  }

  /* As the navigation writes it. */
  #write_count() {
    return this.#count > MOST_COUNTED ? `${MOST_COUNTED}+` : this.#count ? String(this.#count) : "";
  }

  #write_title() {
    const mark = this.#flash ? "🔔" : this.#count ? `(${this.#write_count()})` : "";
    const title = mark ? `${mark} ${this.#base_title}` : this.#base_title;
    if (document.title !== title) document.title = title;
  }

  /* "3 new orders — show": what came after the page was made. */
  #show_hints(state) {
    const table = document.getElementById("alerts-table");
    this.#known ??= new Set(state.alerts.map((alert) => alert.id));
    const fresh = table && "alertsNewestPage" in table.dataset
      ? this.#find_missing(state, table)
      : state.alerts.filter((alert) => !this.#known.has(alert.id));
    const count = table ? fresh.length : fresh.filter((alert) => alert.kind === "new_order").length;
    for (const hint of document.querySelectorAll("[data-alerts-hint]")) {
      hint.hidden = count === 0;
      hint.querySelector("[data-alerts-hint-words]").textContent = hint.dataset.words.replace("{n}", count);
    }
  }

  /* The page of the newest alerts knows which ones it shows; what is older than all of them stands on the next one. */
  #find_missing(state, table) {
    const shown = new Set([...table.querySelectorAll("[data-alert-id]")].map((row) => Number(row.dataset.alertId)));
    const oldest = "alertsHasOlder" in table.dataset ? Math.min(...shown) : 0;
    return state.alerts.filter((alert) => alert.id > oldest && !shown.has(alert.id));
  }

  /* From wherever an order is heard, one click opens it: the newest that rang since this page was opened. */
  #offer_newest(state) {
    const orders = state.alerts.filter((alert) => alert.kind === "new_order");
    this.#on_arrival ??= new Set(orders.map((alert) => alert.id));
    const newest = orders.filter((alert) => !this.#on_arrival.has(alert.id)).sort((a, b) => a.id - b.id).at(-1);
    const link = document.querySelector("[data-alerts-newest]");
    link.hidden = !newest || location.pathname === newest.url;
    if (!newest) return;
    link.href = newest.url;
    link.querySelector("[data-alerts-newest-number]").textContent = newest.number ? `…${newest.number.slice(-4)}` : newest.words;
  }

  /* What the answer does not hold is handled, unless it is too old to be in it. */
  #grey_handled(state) {
    const open = new Set(state.alerts.map((alert) => alert.id));
    const oldest = state.count > open.size ? Math.min(...open) : 0;
    for (const row of document.querySelectorAll("[data-alert-id]")) {
      const id = Number(row.dataset.alertId);
      row.classList.toggle("is-gone", id >= oldest && !open.has(id));
    }
  }
}
