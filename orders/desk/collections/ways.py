"""What the page of an order shows of the way of each parcel to its courier."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from orders.collections.models import BY_HAND, OVER, Collection, CollectionState
from orders.collections.services.asking import write_window
from orders.shipping.models import Parcel, ParcelState


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
    parcels: Iterable[Parcel],
    collections: Mapping[int, Sequence[Collection]],
    callable_ids: Container[int],
    *,
    is_allowed: bool,
) -> dict[int, HandOver]:
    """Parcel id → its way; `collections` are those of each, the newest last; of `callable_ids` a provider calls."""
    return {
        parcel.pk: _make(
            collections.get(parcel.pk) or (),
            is_here=is_allowed and _is_here(parcel),
            is_called=parcel.pk in callable_ids,
        )
        for parcel in parcels
    }


def _is_here(parcel: Parcel) -> bool:
    """Whether it is on its way without having been seen there: the courier may not have it yet."""
    return parcel.state == ParcelState.SENT and bool(parcel.courier) and not parcel.has_moved


def _make(rows: Sequence[Collection], *, is_here: bool, is_called: bool) -> HandOver:
    last = rows[-1] if rows else None
    is_over = last is None or last.state in OVER
    can_end = last is not None and last.state in (*BY_HAND, CollectionState.CALLED)
    has_no_answer = last is not None and last.state in (CollectionState.FAILED, CollectionState.UNKNOWN)
    return HandOver(
        collection=last,
        can_call=is_here and is_over and is_called,
        can_drop_off=is_here and is_over,
        can_phone=is_here and (has_no_answer or (is_over and not is_called)),
        can_call_off=is_here and can_end,
    )
