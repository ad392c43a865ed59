"""What somebody typed or pasted into the search box, taken apart: one thing to look for, or many."""

import re
import unicodedata

from orders.desk.search.lookups import FoundBy
from orders.numbers import LENGTH
from orders.surnames import list_surnames
from pickup.codes import clean_short
from shop.spelling import normalise

SHORTEST_FRAGMENT = 4
PHONE_LENGTH = 11
LONGEST_CODE = 40
_LONGEST_ID = 9
_LINES = re.compile(r"[\n\r\t,;，；、]+")
_KEY = re.compile(r"(?=.*\d)[\w-]{6,}", re.ASCII)
_PAYMENT = re.compile(rf"\d{{{LENGTH}}}-\d{{1,3}}|\d{{28}}")
_IN_CODES = re.compile(r"[0-9A-Z]")
_PHONE = re.compile(r"(?<![0-9])1[0-9]{10}(?![0-9])")


def split_words(text: str) -> list[str]:
    """The things to look for, each once: pasted lines, or keys that a one-line field has put behind each other.

    A name of several words stays one thing, and so does a number that was copied in groups. Of a recipient as the
    order page copies it, with phone and address, the phone is looked for.
    """
    lines = [line.strip() for line in _LINES.split(text) if normalise(line)]
    if len(lines) == 1:
        lines = _split_keys(lines[0])
    return list(dict.fromkeys(_find_phone(line) or line for line in lines))


def _split_keys(line: str) -> list[str]:
    parts = line.split()
    return parts if all(_KEY.fullmatch(part) for part in parts) else [line]


def _find_phone(line: str) -> str:
    """The phone in a line of words, "" where there is none."""
    found = None if line.isascii() else _PHONE.search(unicodedata.normalize("NFKC", line))
    return found[0] if found else ""


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
        return [
            *by_length.get(len(word), []),
            *_guess_code(text),
            FoundBy.TRACKING,
            FoundBy.PAYMENT,
            FoundBy.REFUND,
        ]
    if word.isascii():
        numbers = (FoundBy.TRACKING, FoundBy.PAYMENT, FoundBy.REFUND)
        return [*_guess_code(text), *numbers, FoundBy.RECIPIENT, FoundBy.NICKNAME]
    surname = [FoundBy.SURNAME] if list_surnames(word) else []
    return [FoundBy.RECIPIENT, *surname, FoundBy.NICKNAME]


def _guess_code(text: str) -> list[FoundBy]:
    return [FoundBy.CODE] if clean_short(text) else []


def guess_rest(text: str) -> list[FoundBy]:
    """As which kinds one thing alone is looked up besides: part of a number, buyer, code and words of goods."""
    word = normalise(text)
    fits = {
        FoundBy.NUMBER: is_fragment(word),
        FoundBy.BUYER: is_customer_number(word),
        FoundBy.SKU: is_code(text),
        FoundBy.PRODUCT: not is_digits(word),
    }
    return [kind for kind, may_be in fits.items() if may_be and word]


def is_digits(word: str) -> bool:
    return word.isascii() and word.isdecimal()


def is_fragment(word: str) -> bool:
    """Whether the word may be a part of an order number."""
    return is_digits(word) and SHORTEST_FRAGMENT <= len(word) < LENGTH


def is_customer_number(word: str) -> bool:
    return is_digits(word) and len(word) <= _LONGEST_ID and not word.startswith("0")


def is_code(text: str) -> bool:
    """Whether the text may be the code of a SKU: short, with a digit or a Latin letter."""
    return len(text.strip()) <= LONGEST_CODE and _IN_CODES.search(normalise(text)) is not None


def read_payment_number(text: str) -> str:
    """The text as a number the payment gateway could know, ours or its own; "" when it looks like neither."""
    word = re.sub(r"\s+", "", text)
    return word if word.isascii() and _PAYMENT.fullmatch(word) else ""
