"""What follows when an order becomes ours to send, and the goods rule."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F, Max, Sum
from django.utils import timezone

from orders.models import Order, OrderLine
from orders.moves import move
from orders.stages import IN_HAND, TO_SHIP, AftersaleMark, CloseReason, Stage
from shop import clock
from shop.actor import SYSTEM, Actor
from shop.catalog.stock.changes import release_stock, reserve_stock, reserve_what_is_there
from shop.events.models import Event
from shop.store.choices import Delivery, PayMethod
from shop.store.deliveries import WAYS
from shop.store.selectors import get_store_settings

FREE = {"is_held": False, "hold_reason": "", "held_at": None, "release_at": None}
"""The columns of an order that is not on hold."""


HOLDING = ("order.hold", "order.supplement_overdue")
"""Verbs that put an order on hold."""


def hold_changes(reason: str, *, release_at: datetime | None = None) -> dict[str, Any]:
    """The columns of an order that is put on hold now."""
    return {"is_held": True, "hold_reason": reason[:200], "held_at": clock.now(), "release_at": release_at}


def free_changes(order: Order) -> dict[str, Any]:
    """The changes that end a hold, if there is one: the time held is added to the deadline to ship."""
    held_for = clock.now() - order.held_at if order.held_at else timedelta()
    return {**FREE, "ship_by": order.ship_by and order.ship_by + held_for}


def start_clock(order: Order, *, since: datetime) -> dict[str, Any]:
    """The changes that belong to the move into TO_CONFIRM: no more pay deadline, a ship-by deadline."""
    return {"remind_by": None, "pay_by": None, "ship_by": find_ship_by(order, since=since)}


def find_ship_by(order: Order, *, since: datetime) -> datetime | None:
    """Until when an order is to be sent that was paid then, None for one that is picked up.

    Presale goods may be sent until their day ends in the shop's time zone, whenever they were paid.
    """
    if not WAYS[order.delivery].is_sent:
        return None
    ship_by = since + timedelta(hours=order.ship_within_hours)
    if day := order.lines.filter(sku__is_presale=True).aggregate(day=Max("sku__ships_on"))["day"]:
        ship_by = max(ship_by, end_of_day(day))
    return ship_by


def end_of_day(day: date) -> datetime:
    """When a day ends in the shop's time zone."""
    after = min(day, clock.LATEST_DAY) + timedelta(days=1)
    return datetime.combine(after, time(), timezone.get_default_timezone())


def recover_ship_by(order: Order) -> datetime | None:
    """The deadline to ship of an order that was sent by a version which forgot it then."""
    since = None if order.pay_method == PayMethod.COD else order.paid_at
    ship_by = find_ship_by(order, since=since or order.placed_at)
    return ship_by and ship_by + _sum_held(order)


def _sum_held(order: Order) -> timedelta:
    verbs = (*HOLDING, "order.release", "order.all_shipped")
    events = Event.objects.filter(kind=Order.subject_kind, subject_id=order.pk, verb__in=verbs)
    held, since = timedelta(), None
    for event in events.order_by("number"):
        held += event.at - since if since else timedelta()
        since = event.at if event.verb in HOLDING else None
    return held


def start_fulfilment(order: Order) -> None:
    """After the move into TO_CONFIRM: reserve what was not yet reserved, pass the steps that are off."""
    reserve_missing(order)
    pass_skipped_steps(order)


def reserve_missing(order: Order) -> None:
    """Reserve every piece that is still to be sent; what is not there makes the line and the order short."""
    lines = list(order.lines.order_by("sku_id", "id"))
    missing = _count_missing(lines)
    if not missing:
        return
    taken = reserve_what_is_there(missing, order_id=order.pk, actor=SYSTEM)
    for line in lines:
        need = line.to_send - line.reserved
        given = min(need, taken.get(line.sku_id, 0))
        taken[line.sku_id] = taken.get(line.sku_id, 0) - given
        line.reserved += given
        line.short = need - given
    OrderLine.objects.bulk_update(lines, ["reserved", "short"])
    mark_short(order)


def _count_missing(lines: Iterable[OrderLine]) -> dict[int, int]:
    """SKU id → pieces that are to be sent and not reserved."""
    missing: Counter[int] = Counter()
    for line in lines:
        missing[line.sku_id] += line.to_send - line.reserved
    return dict(+missing)


def reserve_all(order: Order, *, actor: Actor) -> None:
    """Reserve every piece that is not yet reserved, or raise Refused `out_of_stock`: as placing does."""
    missing = _count_missing(order.lines.order_by("sku_id", "id"))
    reserve_stock(missing, order_id=order.pk, actor=actor)
    order.lines.update(reserved=F("quantity") - F("cancelled") - F("shipped"))


def mark_short(order: Order) -> None:
    """Keep the order's flag in step with its lines, as a recorded system event when it changes."""
    is_short = order.lines.filter(short__gt=0).exists()
    if is_short != order.is_short:
        verb = "order.run_short" if is_short else "order.restock"
        move(order, verb, actor=SYSTEM, changes={"is_short": is_short})


def pass_skipped_steps(order: Order) -> None:
    """Pass the steps that store settings switch off, each as a recorded system move."""
    store = get_store_settings()
    if order.stage == Stage.TO_CONFIRM and not store.confirm_step_on:
        move(order, "order.skip_confirm", actor=SYSTEM)
    if order.stage == Stage.CONFIRMED and not store.prepare_step_on:
        move(order, "order.skip_prepare", actor=SYSTEM)


def apply_goods_rule(order: Order, *, close_reason: CloseReason = CloseReason.EMPTY) -> None:
    """After every change of quantities: an order closes, or counts as shipped, by its goods and not by money."""
    if order.aftersale_mark == AftersaleMark.OPEN or order.pieces_to_send or order.stage == Stage.CLOSED:
        return
    if not order.pieces_out:
        is_returned = order.pieces_returned > 0
        reason = CloseReason.RETURNED if is_returned else close_reason
        move(order, "order.close_empty", actor=SYSTEM, changes=close_changes(reason))
    elif order.delivery == Delivery.PICKUP and order.stage in IN_HAND:
        move(order, "order.all_handed_out", actor=SYSTEM, changes=handed_out_changes(order))
    elif order.stage in TO_SHIP:
        move(order, "order.all_shipped", actor=SYSTEM, changes=shipped_changes(order))


def close_changes(reason: CloseReason) -> dict[str, Any]:
    return {
        "close_reason": reason,
        "closed_at": clock.now(),
        "remind_by": None,
        "pay_by": None,
        "ship_by": None,
        "receive_by": None,
        "proof_sent_at": None,
        "is_short": False,
        "is_coming_back": False,
        **FREE,
    }


def shipped_changes(order: Order) -> dict[str, Any]:
    """The receive clock starts with shipping; a delivered last parcel starts it anew.

    The deadline to ship stays as it was, for a parcel that is taken back. A hold ends too: with nothing left to
    send there would be no way to release it.
    """
    moment = clock.now()
    return {
        "shipped_at": moment,
        "receive_by": moment + timedelta(days=order.receive_days),
        **free_changes(order),
    }


def handed_out_changes(order: Order) -> dict[str, Any]:
    """Who picks up has the goods: nothing is waited for, and a hold would never be released."""
    moment = clock.now()
    return {"shipped_at": moment, "received_at": moment, **free_changes(order)}


def release_all(order: Order, *, actor: Actor) -> None:
    """Give back every reservation of an order that closes."""
    held = (
        order.lines.filter(reserved__gt=0)
        .order_by("sku_id")
        .values("sku_id")
        .annotate(pieces=Sum("reserved"))
    )
    quantities = dict(held.values_list("sku_id", "pieces"))
    release_stock(quantities, order_id=order.pk, actor=actor)
    order.lines.update(reserved=0, short=0)


def cancel_everything(order: Order, *, actor: Actor) -> dict[str, int]:
    """Cancel all pieces not yet shipped; returns the changes for the order's own row."""
    release_all(order, actor=actor)
    order.lines.update(cancelled=F("quantity") - F("shipped"))
    return {"pieces_cancelled": order.pieces - order.pieces_shipped}
