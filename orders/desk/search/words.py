"""What somebody typed or pasted into the search box, taken apart: one thing to look for, or many."""

import re

from orders.desk.search.lookups import FoundBy
from orders.numbers import LENGTH
from orders.search import normalise

SHORTEST_FRAGMENT = 4
PHONE_LENGTH = 11
_LINES = re.compile(r"[\n\r\t,;，；、]+")
_KEY = re.compile(r"(?=.*\d)[\w-]{6,}", re.ASCII)
_PAYMENT = re.compile(rf"\d{{{LENGTH}}}-\d{{1,3}}|\d{{28}}")


def split_words(text: str) -> list[str]:
    """The things to look for, each once: pasted lines, or keys that a one-line field has put behind each other.

    A name of several words stays one thing, and so does a number that was copied in groups.
    """
    lines = [line.strip() for line in _LINES.split(text) if normalise(line)]
    if len(lines) == 1:
        lines = _split_keys(lines[0])
    return list(dict.fromkeys(lines))


def _split_keys(line: str) -> list[str]:
    parts = line.split()
    return parts if all(_KEY.fullmatch(part) for part in parts) else [line]


def guess_kinds(text: str) -> list[FoundBy]:
    """As which kinds one thing is looked up."""
    word = normalise(text)
    if not word:
        return []
    if is_digits(word):
        by_length = {
            SHORTEST_FRAGMENT: [FoundBy.PHONE4],
            PHONE_LENGTH: [FoundBy.PHONE],
            LENGTH: [FoundBy.NUMBER],
        }
        return [*by_length.get(len(word), []), FoundBy.TRACKING, FoundBy.PAYMENT, FoundBy.REFUND]
    if word.isascii():
        numbers = (FoundBy.TRACKING, FoundBy.PAYMENT, FoundBy.REFUND)
        return [*numbers, FoundBy.RECIPIENT, FoundBy.NICKNAME]
    return [FoundBy.RECIPIENT, FoundBy.NICKNAME]


def is_digits(word: str) -> bool:
    return word.isascii() and word.isdecimal()


def is_fragment(word: str) -> bool:
    """Whether the word may be a part of an order number."""
    return is_digits(word) and SHORTEST_FRAGMENT <= len(word) < LENGTH


def read_payment_number(text: str) -> str:
    """The text as a number the payment gateway could know, ours or its own; "" when it looks like neither."""
    word = re.sub(r"\s+", "", text)
    return word if word.isascii() and _PAYMENT.fullmatch(word) else ""
