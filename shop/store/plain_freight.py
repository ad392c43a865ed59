"""What sending usually costs, for what the shop tells of itself: freight is worked out on the floor above."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class PlainFreight:
    """`first_fen` for the first units, `next_fen` for each further lot begun; a unit is a piece or a gram.

    `free_from_fen`, `free_from_pieces`: from there on it is free (None: never). `has_exceptions`: some goods or regions
    cost otherwise.
    """

    counts: str
    first_units: int
    first_fen: int
    next_units: int
    next_fen: int
    free_from_fen: int | None
    free_from_pieces: int | None
    has_exceptions: bool


_READERS: list[Callable[[], PlainFreight]] = []


def register(read: Callable[[], PlainFreight]) -> Callable[[], PlainFreight]:
    """Make known who can tell it."""
    _READERS.append(read)
    return read


def read_plain_freight() -> PlainFreight:
    """As the room of freight templates tells it."""
    return _READERS[-1]()
