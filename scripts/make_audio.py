"""Make the sounds of new orders in ``static/audio``.

A developer's tool: the sounds are committed. The chimes, of which that of an order to be picked up falls, need
nothing but Python; the spoken clip needs the ``espeak-ng`` program. Its voice ``cmn`` reads tone digits in English
and mistakes characters of two readings, so the sentence is given in pinyin to the voice ``cmn-latn-pinyin``.

    python scripts/make_audio.py
"""

import math
import struct
import subprocess
import wave
from collections.abc import Sequence
from pathlib import Path

AUDIO = Path(__file__).resolve().parent.parent / "static" / "audio"
RATE = 22_050
NOTES_HZ = (659.26, 830.61, 987.77)
PICKUP_HZ = (987.77, 783.99, 987.77, 659.26)
STEP_S = 0.16
RING_S = 0.7
SENTENCE = "nin2 you3 xin1 de5 ding4 dan1, qing3 ji2 shi2 chu3 li3"


def strike_bell(frequency: float, seconds: float) -> float:
    """The sound of one bell, ``seconds`` after it was struck: a soft attack and two overtones that fade."""
    if seconds < 0:
        return 0.0
    attack = min(seconds / 0.006, 1.0)
    turn = 2 * math.pi * frequency * seconds
    tone = math.sin(turn) + 0.35 * math.sin(2 * turn) * math.exp(-6 * seconds) + 0.12 * math.sin(3 * turn)
    return attack * math.exp(-5.5 * seconds) * tone


def make_chime(notes_hz: Sequence[float]) -> bytes:
    """Some notes, one after the other, as 16-bit mono samples, which fade to silence without a click."""
    length = int(RATE * (STEP_S * (len(notes_hz) - 1) + RING_S))
    samples = []
    for index in range(length):
        moment = index / RATE
        level = sum(strike_bell(note, moment - step * STEP_S) for step, note in enumerate(notes_hz))
        samples.append(int(32767 * 0.42 * level * min((length - index) / (RATE * 0.05), 1.0)))
    loudest = max(abs(sample) for sample in samples)
    scale = min(1.0, 30_000 / loudest)
    return struct.pack(f"<{length}h", *(int(sample * scale) for sample in samples))


def write_wave(path: Path, samples: bytes) -> None:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(samples)


def speak(path: Path) -> None:
    """Write the spoken sentence; raises ``FileNotFoundError`` where espeak-ng is not installed."""
    command = ["espeak-ng", "-v", "cmn-latn-pinyin", "-s", "160", "-w", str(path), SENTENCE]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    AUDIO.mkdir(parents=True, exist_ok=True)
    write_wave(AUDIO / "chime.wav", make_chime(NOTES_HZ))
    write_wave(AUDIO / "pickup-order.wav", make_chime(PICKUP_HZ))
    speak(AUDIO / "new-order-zh.wav")
