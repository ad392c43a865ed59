"""What the page of an order shows of the way of each parcel to its courier."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from orders.collections.models import BY_HAND, OVER, Collection, CollectionState
from orders.collections.services.asking import write_window
from orders.shipping.models import Parcel, ParcelState
from shop.couriers.models import CALLING
from shop.couriers.selectors import list_label_accounts


@dataclass(frozen=True)
class HandOver:
    """The newest collection of a parcel, and what can be pressed: `can_call` where a provider calls its courier."""

    collection: Collection | None
    can_call: bool
    can_drop_off: bool
    can_phone: bool
    can_call_off: bool

    @property
    def window(self) -> str:
        return write_window(self.collection) if self.collection else ""


def list_ways(
    parcels: Iterable[Parcel], collections: Mapping[int, Sequence[Collection]], *, is_allowed: bool
) -> dict[int, HandOver]:
    """Parcel id → its way; `collections` are those of each, the newest last."""
    shown = list(parcels)
    here = {parcel.pk for parcel in shown if is_allowed and _is_here(parcel)}
    couriers = list_called_couriers() if here else set()
    return {
        parcel.pk: _make(parcel, collections.get(parcel.pk) or (), couriers, is_here=parcel.pk in here)
        for parcel in shown
    }


def list_called_couriers() -> set[str]:
    """The couriers that a provider of the shop's can call."""
    return {account.code for account in list_label_accounts() if account.provider in CALLING}


def _is_here(parcel: Parcel) -> bool:
    """Whether it is on its way without having been seen there: the courier may not have it yet."""
    return parcel.state == ParcelState.SENT and bool(parcel.courier) and not parcel.has_moved


def _make(parcel: Parcel, rows: Sequence[Collection], couriers: set[str], *, is_here: bool) -> HandOver:
    last = rows[-1] if rows else None
    is_over = last is None or last.state in OVER
    is_called = parcel.courier in couriers
    can_end = last is not None and last.state in (*BY_HAND, CollectionState.CALLED)
    has_no_answer = last is not None and last.state in (CollectionState.FAILED, CollectionState.UNKNOWN)
    return HandOver(
        collection=last,
        can_call=is_here and is_over and is_called,
        can_drop_off=is_here and is_over,
        can_phone=is_here and (has_no_answer or (is_over and not is_called)),
        can_call_off=is_here and can_end,
    )
