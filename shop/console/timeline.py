"""What was done to something, as its page tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One thing that was done; `parts` is what the page says of it beside."""

    title: Any
    who: str
    at: datetime
    parts: Sequence[Any] = ()
