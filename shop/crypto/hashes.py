"""Keyed hashes, by which personal values are found without being stored."""

import hashlib
import hmac

from django.conf import settings


def keyed_hash(kind: str, value: str) -> str:
    """HMAC-SHA256 (first 128 bits, hex) of a value, to look it up without storing it; `kind` separates domains."""
    return _hash(settings.SEARCH_KEY, kind, value)


def keyed_hashes(kind: str, value: str) -> list[str]:
    """What to look a value up by: its hash, and while the search key is being changed the old key's hash too."""
    keys = [settings.SEARCH_KEY, *filter(None, [settings.SEARCH_KEY_OLD])]
    return [_hash(key, kind, value) for key in keys]


def as_number(digest: str) -> int:
    """The first 64 bits of a hash in hex as a signed number, which a database stores in eight bytes."""
    return int.from_bytes(bytes.fromhex(digest[:16]), "big", signed=True)


def _hash(key: bytes, kind: str, value: str) -> str:
    return hmac.new(key, f"{kind}\n{value}".encode(), hashlib.sha256).hexdigest()[:32]
