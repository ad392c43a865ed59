"""One pause for everything that needs the broker: a hung one holds up whoever asks it for seconds at a time."""

import time

PAUSE_S = 5.0
_until = 0.0


def pause_outside() -> None:
    """The broker failed: ask nothing of it for a while."""
    global _until
    _until = time.monotonic() + PAUSE_S


def is_outside_paused() -> bool:
    return time.monotonic() < _until


def resume_outside() -> None:
    """Ask again at once."""
    global _until
    _until = 0.0
