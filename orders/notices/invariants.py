"""Invariants of notices."""

from collections.abc import Iterator

from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from orders.models import Order
from orders.notices.models import BuyerNotice, NoticeKind, NoticeState
from orders.shipping.models import Direction, Parcel, ParcelLine, ParcelState, Purpose
from orders.stages import Source
from shop.events.models import EventDelivery
from shop.invariants import in_scope, invariant


@invariant("B7.6", "a notice waits exactly while WeChat is to be told")
def waiting_notices_are_told() -> Iterator[str]:
    waits, is_due = Q(state=NoticeState.WAITING), Q(next_try_at__isnull=False)
    for notice in in_scope(BuyerNotice.objects.filter(waits & ~is_due | ~waits & is_due), orders="order"):
        yield f"notice {notice.pk} is {notice.state}"


@invariant("B7.7", "once delivery has drained, every parcel on its way has a notice for its buyer")
def parcels_on_their_way_are_told_of() -> Iterator[str]:
    began = BuyerNotice.objects.filter(kind=NoticeKind.SHIPPED).aggregate(at=Min("left_at"))["at"]
    if began is None:
        return
    # Parcels of the version before, and those whose notice was forgotten, are older.
    ordered = Parcel.objects.filter(direction=Direction.OUT, purpose=Purpose.ORDER)
    sent = ordered.filter(state=ParcelState.SENT, sent_at__gt=began)
    untold = sent.exclude(buyer_notices__kind=NoticeKind.SHIPPED)
    for parcel in in_scope(untold, orders="lines__order_line__order").filter(Exists(_find_hearers())):
        yield f"{parcel} (parcel {parcel.pk}) was sent and nobody told"


def _find_hearers() -> "QuerySet[ParcelLine]":
    """The lines of a parcel whose buyers hear of it, and have no delivery waiting."""
    order = "order_line__order"
    waiting = EventDelivery.objects.filter(
        done_at__isnull=True, event__kind=Order.subject_kind, event__subject_id=OuterRef(f"{order}_id")
    )
    lines = ParcelLine.objects.filter(
        parcel=OuterRef("pk"), **{f"{order}__customer__erased_at__isnull": True}
    )
    return lines.exclude(**{f"{order}__source": Source.TEST}).exclude(Exists(waiting))
