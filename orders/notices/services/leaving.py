"""What a buyer is to be told is written down, corrected, or over before it was told."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from orders.models import Order
from orders.moves import lock_row
from orders.notices.kinds import KINDS, OF_EVENTS, PARCEL_VERBS
from orders.notices.models import OF_PARCELS, BuyerNotice, NoticeKind, NoticeState, WhyDropped
from orders.shipping.models import Parcel, ParcelState, Purpose
from orders.shipping.selectors import list_parcels
from shop.actor import SYSTEM
from shop.database.named_locks import Named, lock_named
from shop.events.models import Event
from shop.moves import services
from shop.store.selectors import find_template, get_store_settings

UNASKED: dict[str, Any] = {"lease_until": None, "next_try_at": None}
"""How a notice ends: nobody is asked any more."""


def follow_order(event: Event) -> None:
    """Write down what the buyer of an order is to hear of after this event, once, and drop what is over.

    Only rows are written here. Nobody hears of test orders, or after an erasure.
    """
    if event.order_id is None:
        return
    with transaction.atomic():
        order = lock_row(event.order_id)
        if order.is_test or order.customer.erased_at:
            return
        for kind in OF_EVENTS:
            if KINDS[kind].is_left_by(event, order) and not _is_left(kind, event):
                _leave(order, kind, event, KINDS[kind].read(event))
        _drop_over(order, event.verb)
        if event.verb in PARCEL_VERBS:
            ordered = list_parcels(order).filter(purpose=Purpose.ORDER)
            for parcel_id in ordered.values_list("pk", flat=True):
                _follow_parcel(order, parcel_id, event)


def _is_left(kind: NoticeKind, event: Event) -> bool:
    return BuyerNotice.objects.filter(kind=kind, event_id=event.pk).exists()


def _leave(
    order: Order, kind: NoticeKind, event: Event, facts: Mapping[str, Any], parcel: Parcel | None = None
) -> None:
    row = KINDS[kind]
    is_set_up = bool(find_template(get_store_settings(), row.template))
    notice = BuyerNotice(
        order=order,
        parcel=parcel,
        kind=kind,
        event_id=event.pk,
        facts=dict(facts),
        left_at=event.at,
        expires_at=event.at + row.lasts,
        next_try_at=event.at if is_set_up else None,
    )
    data = describe(notice)
    if is_set_up:
        services.begin(notice, "notice.leave", actor=SYSTEM, data=data)
    else:
        data |= {"untold": WhyDropped.NOT_SET_UP.value}
        services.begin(notice, "notice.spare", actor=SYSTEM, data=data)


def describe(notice: BuyerNotice) -> dict[str, Any]:
    """What its events say of it."""
    return {"told": str(notice.kind)}


def _drop_over(order: Order, verb: str) -> None:
    kinds = [kind for kind in OF_EVENTS if verb in KINDS[kind].ended_by]
    for notice in BuyerNotice.objects.filter(order=order, kind__in=kinds, state=NoticeState.WAITING):
        if KINDS[NoticeKind(notice.kind)].is_over(order, notice):
            _drop(notice)


def _drop(notice: BuyerNotice) -> None:
    """Have nobody told any more, unless WeChat may have heard of it already."""
    if current := _lock_unsent(notice):
        data = describe(current) | {"untold": WhyDropped.OVER.value}
        services.move(current, "notice.drop", actor=SYSTEM, changes=UNASKED, data=data)


def _lock_unsent(notice: BuyerNotice) -> BuyerNotice | None:
    """The locked row while it is certain that WeChat has not heard of it."""
    current = services.lock_row(BuyerNotice, notice.pk)
    return current if current.state == NoticeState.WAITING and current.sent_at is None else None


def _follow_parcel(order: Order, parcel_id: int, event: Event) -> None:
    """Have the buyer told of a parcel on its way, once; of a shared one whichever of its orders comes first.

    What counts is what the parcel is now, so that events may be carried in any order.
    """
    lock_notices(parcel_id)
    parcel = Parcel.objects.get(pk=parcel_id)
    last = BuyerNotice.objects.filter(parcel=parcel, kind__in=OF_PARCELS).order_by("-pk").first()
    facts = {"courier": parcel.courier, "tracking_no": parcel.tracking_no}
    if parcel.state != ParcelState.SENT:
        if last:
            _drop(last)
    elif last is None:
        _leave(order, NoticeKind.SHIPPED, event, facts, parcel)
    elif last.facts != facts:
        _correct(last, order, event, facts, parcel)


def lock_notices(parcel_id: int) -> None:
    """Orders that share a parcel follow it in turn; who ships is not waited for, and waits for nobody here."""
    lock_named(Named.NOTICES, [parcel_id])


def _correct(last: BuyerNotice, order: Order, event: Event, facts: Mapping[str, Any], parcel: Parcel) -> None:
    """Let a notice that nobody has heard of say what is right; else the buyer is told anew."""
    if current := _lock_unsent(last):
        services.move(
            current, "notice.correct", actor=SYSTEM, changes={"facts": dict(facts)}, data=describe(current)
        )
    else:
        _leave(order, NoticeKind.RENUMBERED, event, facts, parcel)
