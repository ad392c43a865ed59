"""Nicknames are stored encrypted: a keyed hash of what is left without spaces, width and case finds them whole."""

import re
import unicodedata

from shop.crypto import keyed_hash, keyed_hashes

_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x1f]+")
_KIND = "customer_nickname"


def hash_nickname(nickname: str) -> str:
    """What is stored beside the nickname; "" for one that shows nothing."""
    word = _normalise(nickname)
    return keyed_hash(_KIND, word) if word else ""


def nickname_hashes(words: str) -> list[str]:
    """What to look a nickname up by, with the old key's hash while the search key is being changed."""
    word = _normalise(words)
    return keyed_hashes(_KIND, word) if word else []


def _normalise(nickname: str) -> str:
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", nickname)).upper()
