"""Calling a courier to collect a parcel: what is asked, and what may go wrong.

A courier who is called twice comes twice, so one collection is asked for under one code for ever, as a waybill is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shop.clients.waybills import CODE_PATTERN, Account, Goods, Party


@dataclass(frozen=True)
class CollectionRequest:
    """One parcel to be collected between two moments (aware); ValueError for a code that providers refuse."""

    code: str
    account: Account
    sender: Party
    receiver: Party
    goods: Sequence[Goods]
    tracking_no: str
    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if not CODE_PATTERN.fullmatch(self.code):
            raise ValueError("The code of a collection has 1 to 30 letters, digits or hyphens.")


class CourierCaller(Protocol):
    """A provider that calls couriers. Every failure is a `shop.clients.errors.ClientError`."""

    def call_courier(self, request: CollectionRequest) -> None:
        """Have a courier come; the same code again is the same collection.

        Raises `Rejected` (nobody comes), `Unreachable` (nothing happened), `Unknown` (somebody may come: ask again
        with the same code), `BadCredentials` (nothing was sent).
        """
        ...

    def call_off(self, code: str, *, account: Account) -> None:
        """Tell that nobody need come; what the provider does not have, or not any more, is called off."""
        ...
