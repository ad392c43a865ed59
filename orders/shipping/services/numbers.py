"""Tracking numbers while parcels get them or give them up."""

from collections.abc import Iterable

from shop.database.named_locks import Named, hash_text, lock_named

Number = tuple[str, str]
"""Courier and number."""


def lock_numbers(numbers: Iterable[Number]) -> None:
    """Wait for all that a verb is about at once, after the orders: who holds one never waits for another."""
    lock_named(Named.NUMBERS, {hash_text(courier, number) for courier, number in numbers if number})
