"""Locks on what is no row yet, or has no one row: PostgreSQL's advisory locks, held until the transaction ends."""

from collections.abc import Iterable
from enum import IntEnum
from zlib import crc32

from django.db import connection

_LARGEST = 2**31


class Named(IntEnum):
    """What is locked; no other code uses these numbers."""

    PLACING = 1
    """A buyer's orders while one is placed, by the buyer's id."""
    NUMBERS = 2
    """Tracking numbers while parcels get or give them up, by `hash_text`."""
    NOTICES = 3
    """What is told of a parcel, by the parcel's id."""
    SLOTS = 4
    """A time slot of a pickup store while somebody chooses it, by `hash_text`."""
    BILLS = 23
    """The bills of a merchant number while one is compared, by `hash_text`."""


def lock_named(what: Named, keys: Iterable[int]) -> None:
    """Wait for all of these, in one order, so that two who want several never wait for each other.

    SQLite has one writer at a time and needs none.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for key in sorted({key % _LARGEST for key in keys}):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [what.value, key])


def hash_text(*words: str) -> int:
    """A key for a text; two texts with one key wait for each other without need."""
    return crc32("\n".join(words).encode())
