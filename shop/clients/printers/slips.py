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
_YUAN = "￥"
IN_GBK = {ord("¥"): _YUAN}


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
    """How many columns a text takes: what printers draw as wide takes two, combining signs none."""
    return sum(_measure_sign(sign) for sign in text)


def _measure_sign(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    # Whatever stands in two bytes of GBK, such as “–” and “·”, is drawn as wide as a Chinese character.
    return 2 if _is_wide(sign) else len(sign.encode("gbk", "replace"))


def _is_wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in _WIDE


def wrap(text: str, columns: int) -> list[str]:
    """The text as lines of so many columns; one empty line for none.

    Between Chinese characters it is broken where the line is full; a word, a number or an amount stays whole where it
    can.
    """
    rows, row = [], ""
    for piece in _split(clean(text), columns):
        if measure(row + piece) > columns:
            rows.append(row.rstrip())
            row = ""
        row += piece if row else piece.lstrip()
    return [*rows, row.rstrip()]


def _split(text: str, columns: int) -> list[str]:
    """What stays together: each wide character alone, narrow ones as far as the next gap, or as a line holds."""
    pieces: list[str] = []
    for sign in text:
        last = pieces[-1] if pieces else " "
        has_room = measure(last + sign) <= columns
        is_more = not _stands_alone(last[0]) and not _stands_alone(sign)
        if has_room and (is_more or unicodedata.combining(sign)):
            pieces[-1] = last + sign
        else:
            pieces.append(sign)
    return pieces


def _stands_alone(sign: str) -> bool:
    return sign.isspace() or (_is_wide(sign) and sign != _YUAN)


def justify(left: str, right: str, columns: int) -> list[str]:
    """`left` at the left edge and `right` at the right one, on lines of their own where both are too wide."""
    gap = columns - measure(left) - measure(right)
    if gap > 0:
        return [f"{left}{' ' * gap}{right}"]
    return [*wrap(left, columns), *(" " * (columns - measure(row)) + row for row in wrap(right, columns))]


def clean(text: str) -> str:
    """The text on one line, without what no printer draws; “¥” as the one that printers have."""
    kept = (sign for sign in text if sign.isspace() or not unicodedata.category(sign).startswith("C"))
    return " ".join("".join(kept).translate(IN_GBK).split())


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
