/* What this device has spoken, and until when its red strip is put away, kept in localStorage for all its tabs: reloading,
   sleeping or another tab taking over says nothing twice in a round. */

const KEY = "alerts.spoken";
const ENABLED_KEY = "alerts.enabled";
const AWAY_KEY = "alerts.away_until";
const AWAY_MS = 30 * 60 * 1000;
const NOTHING = { spoken: {}, round_at: 0 };

/* Storage may be forbidden; then the page remembers for itself. */
function make_storage() {
  const own = new Map();
  return {
    read(key) {
      try {
        return localStorage.getItem(key);
      } catch {
        return own.get(key) ?? null;
      }
    },
    write(key, text) {
      own.set(key, text);
      try {
        localStorage.setItem(key, text);
      } catch { /* kept above */ }
    },
  };
}

export class Memory {
  #storage = make_storage();

  /* Whether somebody has enabled sound on this device before. */
  get is_enabled() {
    return this.#storage.read(ENABLED_KEY) === "1";
  }

  remember_enabled() {
    this.#storage.write(ENABLED_KEY, "1");
    // The server reads it too, for the list of the first day.
    document.cookie = "sound=1; path=/console/; max-age=31536000; samesite=lax";
  }

  put_strip_away(now) {
    this.#storage.write(AWAY_KEY, String(now + AWAY_MS));
  }

  /* A clock that was put back must not keep it away for longer. */
  is_strip_away(now) {
    const rest = Number(this.#storage.read(AWAY_KEY)) - now;
    return rest > 0 && rest <= AWAY_MS;
  }

  find_unheard(open) {
    const { spoken } = this.#read();
    return open.filter(({ id }) => !(id in spoken));
  }

  #read() {
    try {
      return { ...NOTHING, ...JSON.parse(this.#storage.read(KEY) || "{}") };
    } catch {
      return NOTHING;
    }
  }

  /* Which open alerts are to be said now: those never said, and, when a round is due, those not said for a whole round. */
  pick_due(open, repeat_ms, now) {
    const { spoken, round_at } = this.#read();
    const is_round = now - round_at >= repeat_ms || round_at > now;
    return open.filter(({ id }) => !(id in spoken) || (is_round && (now - spoken[id] >= repeat_ms || spoken[id] > now)));
  }

  /* Note it before it is said: a tab closed in the middle must not make another one repeat it. */
  mark_spoken(due, open, repeat_ms, now) {
    const { spoken, round_at } = this.#read();
    const kept = open.filter(({ id }) => id in spoken);
    const is_new_round = kept.length === 0 || now - round_at >= repeat_ms || round_at > now;
    const times = Object.fromEntries(kept.map(({ id }) => [id, spoken[id]]));
    for (const { id } of due) times[id] = now;
    this.#storage.write(KEY, JSON.stringify({ spoken: times, round_at: is_new_round ? now : round_at }));
  }
}
