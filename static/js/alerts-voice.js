/* The voice: a chime, then the browser's Chinese voice; where that fails, the shipped clip.

   Browsers stay mute until somebody has pressed something on the page. Whether this tab can be heard is what the
   AudioContext says: "running". */

const NO_START_MS = 1500;
const LONGEST_SPEECH_MS = 15000;
const LONGEST_SOUND_S = 10; // A shop's own sound may be a whole song.
const LONGEST_LOAD_MS = 3000;
const RESUME_MS = 400;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Voice {
  #context = null;
  #sounds = {};
  #queue = Promise.resolve();
  #waiting = 0;
  // oxlint-disable-next-line no-unused-private-class-members
  #utterance = null; // Chrome drops the events of an utterance that nobody holds.

  /* `urls`: {chime, clip}; `on_change` is called when the tab becomes audible or mute. */
  constructor(urls, on_change) {
    this.urls = urls;
    this.on_change = on_change;
  }

  get is_audible() {
    return this.#context?.state === "running";
  }

  get is_busy() {
    return this.#waiting > 0;
  }

  /* Whether the tab may be heard before anybody presses something on this page: the last one was pressed, or the browser
     trusts the site. An element is asked, since a context that may not start complains in the console. */
  async is_trusted() {
    if (navigator.userActivation?.hasBeenActive) return true;
    if (navigator.getAutoplayPolicy) return navigator.getAutoplayPolicy("audiocontext") === "allowed";
    const probe = new Audio(this.urls.chime);
    probe.volume = 0;
    const is_played = probe.play().then(() => true, () => false);
    const answer = await Promise.race([is_played, wait(RESUME_MS)]);
    probe.pause();
    return answer === true;
  }

  /* Called after a press, or where the tab is trusted. Returns whether it can be heard. */
  async unlock() {
    if (!window.AudioContext) return false;
    if (!this.#context) {
      this.#context = new AudioContext();
      this.#context.addEventListener("statechange", () => this.on_change());
      for (const name of Object.keys(this.urls)) this.#load(name).catch(() => {});
    }
    await Promise.race([this.#context.resume().catch(() => {}), wait(RESUME_MS)]);
    return this.is_audible;
  }

  /* Speech has a lock of its own: an empty utterance, spoken while the press still counts, opens it. */
  unlock_speech() {
    if (!window.speechSynthesis) return;
    const blank = new SpeechSynthesisUtterance(" ");
    blank.volume = 0;
    speechSynthesis.speak(blank);
  }

  /* Chime, then the words, one after the other. `find_words` is asked after the chime: what was handled meanwhile is not
     said. `sound`: the address of what rings instead of the chime. `clip`: whether the shipped clip says the same. */
  say(find_words, { sound = "", clip = false } = {}) {
    this.#waiting += 1;
    this.#queue = this.#queue.then(() => this.#say_now(find_words, sound, clip)).catch(() => {}).finally(() => {
      this.#waiting -= 1;
    });
    return this.#queue;
  }

  async #say_now(find_words, sound, clip) {
    if (!sound || !(await this.#play(sound))) await this.#play("chime");
    const words = find_words();
    if (!words || (await this.#speak(words))) return;
    await this.#play(clip ? "clip" : sound || "chime");
  }

  /* What did not come, since the network was away, is asked for again in the next round. */
  #load(name) {
    this.#sounds[name] ??= this.#fetch(name).catch((error) => {
      delete this.#sounds[name];
      throw error;
    });
    return this.#sounds[name];
  }

  async #fetch(name) {
    const response = await fetch(this.urls[name] || name);
    if (!response.ok) throw new Error(`no sound: ${name}`);
    return this.#context.decodeAudioData(await response.arrayBuffer());
  }

  /* `name`: one of the urls, or an address. Returns whether it was played. */
  async #play(name) {
    const sound = await Promise.race([this.#load(name).catch(() => null), wait(LONGEST_LOAD_MS)]);
    if (!sound) return false;
    const source = this.#context.createBufferSource();
    source.buffer = sound;
    source.connect(this.#context.destination);
    const is_over = new Promise((resolve) => source.addEventListener("ended", resolve));
    source.start(0, 0, LONGEST_SOUND_S);
    await Promise.race([is_over, wait(Math.min(sound.duration, LONGEST_SOUND_S) * 1000 + 500)]);
    return true;
  }

  #speak(words) {
    const { voice, is_hopeless } = choose_voice();
    if (is_hopeless) return Promise.resolve(false);
    return new Promise((resolve) => {
      const utterance = (this.#utterance = new SpeechSynthesisUtterance(words));
      utterance.lang = "zh-CN";
      if (voice) utterance.voice = voice;
      let timer = setTimeout(() => finish(false), NO_START_MS);
      const finish = (was_spoken) => {
        clearTimeout(timer);
        if (!was_spoken) speechSynthesis.cancel();
        resolve(was_spoken);
      };
      utterance.onstart = () => {
        clearTimeout(timer);
        timer = setTimeout(() => finish(true), LONGEST_SPEECH_MS);
      };
      utterance.onend = () => finish(true);
      utterance.onerror = () => finish(false);
      speechSynthesis.cancel(); // A stuck utterance would hold up all others.
      speechSynthesis.speak(utterance);
    });
  }
}

/* A voice of this device before one that needs the network. Voices may still be loading: then the browser chooses. */
function choose_voice() {
  if (!window.speechSynthesis) return { voice: null, is_hopeless: true };
  const all = speechSynthesis.getVoices();
  const chinese = all.filter((voice) => /^(zh|cmn)/i.test(voice.lang));
  const mandarin = chinese.filter((voice) => /^(zh[-_](cn|hans)|cmn)/i.test(voice.lang));
  const best = [mandarin, chinese].flatMap((voices) => [voices.find((voice) => voice.localService), voices[0]]);
  return { voice: best.find(Boolean) || null, is_hopeless: all.length > 0 && chinese.length === 0 };
}
