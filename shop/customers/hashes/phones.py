"""Phones are stored encrypted: keyed hashes find them whole, and by their last four digits."""

import re
import unicodedata

from shop.crypto import keyed_hash, keyed_hashes

LAST_DIGITS = 4
_WHOLE, _LAST = "phone", "customer_last_digits"
_WHOLE_PHONE = re.compile(r"\+?[0-9]{6,20}")
_SEPARATORS = re.compile(r"[\s-]+")


def read_digits(words: str) -> str:
    """What was typed as a phone is stored: half-width, without separators and the country."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", words)).removeprefix("+86")


def is_whole(digits: str) -> bool:
    return _WHOLE_PHONE.fullmatch(digits) is not None


def is_last_digits(digits: str) -> bool:
    return len(digits) == LAST_DIGITS and digits.isascii() and digits.isdecimal()


def hash_last_digits(phone: str) -> str:
    """What is stored beside the phone; "" without one."""
    return keyed_hash(_LAST, phone[-LAST_DIGITS:]) if phone else ""


def hash_phone(phone: str) -> dict[str, str]:
    """The columns of a customer by which this phone is found."""
    return {
        "phone_hash": keyed_hash(_WHOLE, phone) if phone else "",
        "last_digits_hash": hash_last_digits(phone),
    }


def find_phone_hashes(digits: str) -> dict[str, list[str]]:
    """Column → what to look these digits up by, with the old key's hash while the search key is being changed."""
    found = {"phone_hash": keyed_hashes(_WHOLE, digits)}
    if is_last_digits(digits):
        found["last_digits_hash"] = keyed_hashes(_LAST, digits)
    return found
