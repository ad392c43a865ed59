"""Ears for a device: what its pages say and play, in order, over all tabs and reloads."""

import time
from collections.abc import Sequence
from itertools import pairwise

from playwright.sync_api import BrowserContext

NEW_ORDER = "您有新的订单，请及时处理"
_LISTEN = """
(() => {
  const heard = (sound) => window.hear(sound);
  class Utterance {
    constructor(text) { this.text = text; }
  }
  const voices = [{ name: "stub", lang: "zh-CN", localService: true }];
  const speech = {
    getVoices: () => voices,
    cancel() {},
    speak(utterance) {
      if (!utterance.text.trim()) return;
      if (window.voiceIsBroken) {
        setTimeout(() => utterance.onerror?.({ error: "synthesis-failed" }), 10);
        return;
      }
      heard(utterance.text);
      setTimeout(() => utterance.onstart?.({}), 10);
      setTimeout(() => utterance.onend?.({}), 200);
    },
  };
  Object.defineProperty(window, "speechSynthesis", { value: speech });
  window.SpeechSynthesisUtterance = Utterance;
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (...rest) {
    heard(this.buffer.duration < 2 ? "chime" : "clip");
    return start.apply(this, rest);
  };
})();
"""


class Ears:
    """Call before the first page opens; `is_mute` breaks the browser's voice."""

    def __init__(self, context: BrowserContext, *, is_mute: bool = False) -> None:
        self.heard: list[str] = []
        self.heard_at: list[float] = []
        context.expose_function("hear", self._hear)
        if is_mute:
            context.add_init_script("window.voiceIsBroken = true;")
        context.add_init_script(_LISTEN)

    def _hear(self, sound: str) -> None:
        self.heard.append(sound)
        self.heard_at.append(time.monotonic())

    @property
    def sentences(self) -> Sequence[str]:
        """What was said, without chimes, clips and the test of the sound."""
        return [sound for sound in self.heard if sound not in ("chime", "clip", "声音已启用")]

    @property
    def pauses(self) -> list[float]:
        """Seconds from one sentence about orders to the next."""
        times = [at for sound, at in zip(self.heard, self.heard_at, strict=True) if sound in self.sentences]
        return [later - earlier for earlier, later in pairwise(times)]
