"""Numbers that say nothing: one to one with the numbers they are made from, and back, by those who have the key.

So what is found by a primary key can bear a code that nobody counts on from, without a row or an index of its own.
A Feistel network (Luby and Rackoff) over both halves, its rounds are HMAC-SHA256 and as many as in FF1 of NIST
SP 800-38G.
"""

import hashlib
import hmac

from django.conf import settings

_ROUNDS = 10


def scramble(kind: str, number: int, *, bits: int) -> int:
    """A number of so many bits (even, at most 512) as another one of as many; `kind` separates domains."""
    return _scramble(settings.SEARCH_KEY, kind, number, bits // 2)


def unscramble(kind: str, number: int, *, bits: int) -> list[int]:
    """What it may have been made from: one number, and while the search key is being changed the old key's too."""
    keys = [settings.SEARCH_KEY, *filter(None, [settings.SEARCH_KEY_OLD])]
    return [_unscramble(key, kind, number, bits // 2) for key in keys]


def _scramble(key: bytes, kind: str, number: int, half: int) -> int:
    left, right = divmod(number, 1 << half)
    for turn in range(_ROUNDS):
        left, right = right, left ^ _mix(key, kind, turn, right, half)
    return left << half | right


def _unscramble(key: bytes, kind: str, number: int, half: int) -> int:
    left, right = divmod(number, 1 << half)
    for turn in reversed(range(_ROUNDS)):
        left, right = right ^ _mix(key, kind, turn, left, half), left
    return left << half | right


def _mix(key: bytes, kind: str, turn: int, value: int, half: int) -> int:
    digest = hmac.digest(key, f"scramble {kind}\n{half} {turn} {value}".encode(), hashlib.sha256)
    return int.from_bytes(digest, "big") >> (len(digest) * 8 - half)
