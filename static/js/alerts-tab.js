/* Which tab of this device speaks: the one that holds a lock, and only a tab that can be heard asks for it. */

const NAME = "alerts-voice";
const LEASE_MS = 5000;

/* `on_change` is called whenever the answer may be another one, in this tab or in another. */
export function make_speaking_tab(on_change) {
  return navigator.locks ? new LockedTab(on_change) : new LeasedTab(on_change);
}

class LockedTab {
  #channel = make_channel(() => this.refresh());
  #asking = null;
  #release = null;
  is_elsewhere = false;

  constructor(on_change) {
    this.on_change = on_change;
  }

  get is_speaking() {
    return this.#release !== null;
  }

  /* This tab can be heard: it speaks as soon as no other one does. */
  ask() {
    if (this.#asking) return;
    const asking = (this.#asking = new AbortController());
    navigator.locks.request(NAME, { signal: asking.signal }, () => this.#hold(asking)).catch(() => {});
  }

  #hold(asking) {
    if (this.#asking !== asking) return undefined;
    return new Promise((resolve) => {
      this.#release = resolve;
      this.#announce();
    });
  }

  leave() {
    this.#asking?.abort();
    this.#asking = null;
    if (!this.#release) return;
    this.#release();
    this.#release = null;
    this.#announce();
  }

  #announce() {
    this.#channel?.postMessage("changed");
    this.refresh();
  }

  async refresh() {
    const { held } = await navigator.locks.query();
    this.is_elsewhere = !this.is_speaking && held.some((lock) => lock.name === NAME);
    this.on_change();
  }
}

/* Without https there are no Web Locks: a lease in localStorage, renewed at every tick, does nearly the same. */
class LeasedTab {
  #channel = make_channel(() => this.on_change());
  #id = `${Date.now()}-${Math.random()}`;
  #is_asking = false;

  constructor(on_change) {
    this.on_change = on_change;
    addEventListener("pagehide", () => this.leave());
  }

  #read() {
    try {
      const lease = JSON.parse(localStorage.getItem(NAME));
      return lease && lease.until > Date.now() && lease.until < Date.now() + 2 * LEASE_MS ? lease : null;
    } catch {
      return null;
    }
  }

  get is_speaking() {
    return this.#is_asking && this.#read()?.id === this.#id;
  }

  get is_elsewhere() {
    const lease = this.#read();
    return lease !== null && lease.id !== this.#id;
  }

  ask() {
    if (!this.#is_asking) {
      this.#is_asking = true;
      this.refresh();
    }
  }

  leave() {
    const was_speaking = this.is_speaking;
    this.#is_asking = false;
    if (!was_speaking) return;
    localStorage.removeItem(NAME);
    this.#channel?.postMessage("changed");
  }

  async refresh() {
    if (this.#is_asking && !this.is_elsewhere) {
      const was_speaking = this.is_speaking;
      localStorage.setItem(NAME, JSON.stringify({ id: this.#id, until: Date.now() + LEASE_MS }));
      if (!was_speaking) this.#channel?.postMessage("changed");
    }
    this.on_change();
  }
}

function make_channel(on_message) {
  if (!window.BroadcastChannel) return null;
  const channel = new BroadcastChannel(NAME);
  channel.addEventListener("message", on_message);
  return channel;
}
