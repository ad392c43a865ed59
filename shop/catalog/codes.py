"""What a scanner or a keyboard sent, as it is looked up: without the noise around it."""

import re
import unicodedata

from shop.spelling import normalise

MOST = 60
"""Longer than this is no code of ours: two scans in one, or a text."""
_NOISE = re.compile(r"[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff\ufffd]")
_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
"""What a scanner may say before the code of how it was printed (ISO/IEC 15424)."""
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_HYPHEN_IN_PIECES = re.compile(r" *- *")


def clean_scan(text: str) -> str:
    """Half-width, without control and invisible characters and without the scanner's prefix; case and dashes stay.

    "" for what is too long to be a code.
    """
    found = _NOISE.sub("", unicodedata.normalize("NFKC", text[:1000])).strip()
    found = _DASHES.sub("-", _SYMBOLOGY.sub("", found, count=1) if found.startswith("]") else found)
    found = " ".join(found.split())
    return found if len(found) <= MOST else ""


def list_spellings(code: str) -> list[str]:
    """Other ways in which the same code may stand with an article: case, without gaps, UPC-A as EAN-13."""
    plain = normalise(code)
    found = {code.upper(), code.lower(), plain, _HYPHEN_IN_PIECES.sub("-", code).upper()}
    if plain.isascii() and plain.isdecimal():
        digits = plain.lstrip("0")
        found |= {digits.zfill(length) for length in (8, 12, 13, 14) if len(digits) <= length}
    return sorted(found - {code, ""})


def mask_scan(code: str) -> str:
    """So much of a code that nobody knows as may be kept: it could be anything, a phone number too."""
    return f"{code[:3]}…{code[-2:]}" if len(code) > 8 else code[:3] + "…"
