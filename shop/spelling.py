"""Text as it is compared: however somebody typed, scanned or pasted it."""

import re
import unicodedata

_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x1f-]+")


def normalise(text: str) -> str:
    """Full-width to half-width, without spaces, dashes and invisible characters, upper case."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).upper()
