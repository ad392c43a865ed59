"""What receipt printers have in common: what is printed, what became of it, how the printer is.

A print cannot be taken back, so whoever does not know what became of one asks, or has a person look at the paper.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from shop.clients.errors import Unknown

COLUMNS = {"58": 32, "80": 48}
"""Narrow characters in a line of each paper (millimetres); a Chinese one takes two."""
LONGEST_REASON = 200
_WIDE = frozenset("WF")


class State(StrEnum):
    """How a printer is, as far as it says."""

    ONLINE = "online"
    OFFLINE = "offline"
    TROUBLED = "troubled"
    """Mostly without paper, or its cover is open."""
    SILENT = "silent"
    """It does not say."""


@dataclass(frozen=True)
class Line:
    """One line, not wider than the paper; `is_big` is twice as wide and high. `may_go`: left out if need be."""

    text: str
    is_bold: bool = False
    is_big: bool = False
    is_centred: bool = False
    may_go: bool = False


@dataclass(frozen=True)
class Slip:
    """What is printed: `code` is ours, at most 32 letters and digits, and the same on every try.

    `more` is the line that stands where lines were left out.
    """

    code: str
    lines: Sequence[Line]
    copies: int = 1
    more: str = "…"


@dataclass(frozen=True)
class Sent:
    """What was taken on: the service's number of it ("" for none), and whether it is known to be on paper."""

    reference: str = ""
    is_printed: bool = False


class SentBefore(Unknown):
    """The service has a slip of this code; whether it is on paper it does not say."""


class Printer(Protocol):
    """One printer. Every failure is a `shop.clients.errors.ClientError`."""

    is_repeatable: bool
    """Whether the same slip sent again is printed once all the same."""
    forgets: bool
    """Whether what did not come out for an hour will not come out any more."""

    def print(self, slip: Slip) -> Sent:
        """Have a slip printed.

        Raises `Rejected` and `Unreachable` (nothing was printed), `BadCredentials` (nothing was sent), `Unknown` (it
        may have been printed), `SentBefore`.
        """
        ...

    def was_printed(self, reference: str) -> bool:
        """Whether what was taken on under this number is on paper by now. Raises ClientError."""
        ...

    def find_state(self) -> State:
        """How the printer is. Raises ClientError."""
        ...


def measure(text: str) -> int:
    """How many columns a text takes: wide characters two, combining ones none."""
    return sum(_measure_sign(sign) for sign in text)


def _measure_sign(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in _WIDE else 1


def wrap(text: str, columns: int) -> list[str]:
    """The text as lines of so many columns, broken where it is full; one empty line for none."""
    rows, row, used = [], "", 0
    for sign in clean(text):
        width = _measure_sign(sign)
        if used + width > columns:
            rows.append(row.rstrip())
            row, used = "", 0
            sign = sign.lstrip()
            width = _measure_sign(sign) if sign else 0
        row, used = row + sign, used + width
    return [*rows, row.rstrip()]


def justify(left: str, right: str, columns: int) -> list[str]:
    """`left` at the left edge and `right` at the right one, on lines of their own where both are too wide."""
    gap = columns - measure(left) - measure(right)
    if gap > 0:
        return [f"{left}{' ' * gap}{right}"]
    return [*wrap(left, columns), *(" " * (columns - measure(row)) + row for row in wrap(right, columns))]


def clean(text: str) -> str:
    """The text on one line, without what no printer draws."""
    kept = (sign for sign in text if sign.isspace() or not unicodedata.category(sign).startswith("C"))
    return " ".join("".join(kept).split())


def escape_tags(text: str) -> str:
    """Signs that a service would read as its tags, in full width."""
    return text.replace("<", "＜").replace(">", "＞")


def write_within(slip: Slip, longest: int, write: Callable[[Slip], str]) -> str:
    """The slip as `write` spells it, in at most so many bytes: of lines that may go the last are left out."""
    text, loose = write(slip), sum(line.may_go for line in slip.lines)
    while len(text.encode()) > longest and loose:
        loose -= 1
        text = write(replace(slip, lines=_leave_out(slip, loose)))
    return text


def _leave_out(slip: Slip, kept: int) -> list[Line]:
    """The lines with so many of those that may go, and a word where the others stood."""
    lines, seen = [], 0
    for line in slip.lines:
        seen += line.may_go
        if not line.may_go or seen <= kept:
            lines.append(line)
        elif seen == kept + 1:
            lines.append(Line(slip.more))
    return lines
