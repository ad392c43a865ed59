"""What the page of an order shows of the way of each parcel to its courier, and may be asked again while it is open."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from orders.collections.models import BY_HAND, OVER, Collection, CollectionState
from orders.collections.services.asking import write_window
from orders.models import Order
from orders.moves import list_available
from orders.shipping.models import Direction, Parcel, ParcelState, Purpose
from orders.stages import Stage
from shop.access import has_capability
from shop.actor import Actor
from shop.couriers.selectors import find_called_couriers


@dataclass(frozen=True)
class HandOver:
    """The newest collection of a parcel, and what can be pressed: `can_call` where a provider calls its courier."""

    collection: Collection | None
    can_call: bool
    can_drop_off: bool
    can_phone: bool
    can_call_off: bool
    can_phone_off: bool

    @property
    def window(self) -> str:
        return write_window(self.collection) if self.collection else ""


def list_ways(
    parcels: Iterable[Parcel],
    collections: Mapping[int, Sequence[Collection]],
    callable_ids: Container[int],
    *,
    is_allowed: bool,
    may_end: bool,
    is_received: bool = False,
) -> dict[int, HandOver]:
    """Parcel id → its way; `collections` are those of each, the newest last; of `callable_ids` a provider calls.

    `is_allowed`: to say of this order how parcels get away, `may_end`: to say of any that nobody need come. Of an order
    that `is_received` only exchanges still wait.
    """
    return {
        parcel.pk: _make(
            collections.get(parcel.pk) or (),
            is_here=is_allowed and _is_here(parcel, is_received=is_received),
            is_left=may_end and not parcel.has_moved,
            is_called=parcel.pk in callable_ids,
        )
        for parcel in parcels
    }


def read_way(order: Order, parcel: Parcel, actor: Actor) -> HandOver:
    """The way of one parcel of the order."""
    rows = Collection.objects.filter(parcel=parcel).order_by("pk")
    is_called = find_called_couriers().filter(code=parcel.courier).exists()
    ways = list_ways(
        [parcel],
        {parcel.pk: list(rows)},
        {parcel.pk} if is_called else (),
        is_allowed="order.hand_over" in list_available(order, actor),
        may_end=has_capability(actor, "orders.ship"),
        is_received=order.stage == Stage.DONE,
    )
    return ways[parcel.pk]


def _is_here(parcel: Parcel, *, is_received: bool) -> bool:
    """Whether it is on its way without having been seen there: the courier may not have it yet."""
    if is_received and parcel.purpose == Purpose.ORDER:
        return False
    is_sent = parcel.state == ParcelState.SENT and parcel.direction == Direction.OUT
    return is_sent and bool(parcel.courier) and not parcel.has_moved


def _make(rows: Sequence[Collection], *, is_here: bool, is_left: bool, is_called: bool) -> HandOver:
    last = rows[-1] if rows else None
    is_over = last is None or last.state in OVER
    has_failed = last is not None and last.state == CollectionState.FAILED
    is_unanswered = last is not None and last.is_unanswered
    return HandOver(
        collection=last,
        can_call=is_here and is_over and is_called,
        can_drop_off=is_here and is_over,
        can_phone=is_here and (has_failed or is_unanswered or (is_over and not is_called)),
        can_call_off=is_left and last is not None and last.state in (*BY_HAND, CollectionState.CALLED),
        can_phone_off=is_left and last is not None and last.is_not_called_off,
    )
