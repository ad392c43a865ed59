"""How an alert of an order is over by itself; `kinds.py` says which rule is whose."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet

from aftersales.choices import State
from aftersales.models import IS_DISPUTED, IS_OPEN
from notifications.models import Alert, HandledHow
from orders.clocks import DAY, OVER
from orders.collections.selectors import find_troubled
from orders.models import Order
from orders.payments.models import Refund, RefundState
from orders.printing.selectors import IN_TROUBLE as NOT_PRINTED
from orders.stages import IN_HAND, OPEN, Stage
from orders.tracking.selectors import find_troubled as find_parcels_in_trouble
from orders.waybills.selectors import IN_TROUBLE
from orders.wechat_report.models import IN_TROUBLE as NOT_TOLD
from shop import clock
from shop.actor import PEOPLE
from shop.events.models import Event
from shop.store.choices import Delivery

_CHECKING = ("order.pay", "order.collect", "order.reject_proof", "order.cancel_unpaid")
"""Verbs that answer a proof of a transfer."""
_TENDING_PICKUPS = ("order.remind_pickup", "order.snooze_pickup")
_TENDING_REFUNDS = ("order.retry_refund", "order.pay_out")


@dataclass(frozen=True)
class Ending:
    """How an alert ended, and by which event; without one by the state alone, now."""

    how: HandledHow
    event: Event | None = None


FindEnding = Callable[[Order, Alert], Ending | None]
"""Given a locked order and an open alert of it: how it ended, or None while somebody still has to hear of it."""


def after_new_order(order: Order, alert: Alert) -> Ending | None:
    """Over when a person moved the order out of the stage it rang in, when it closed, or with nothing left to send."""
    if moved := _list_moves(order, alert).first():
        return Ending(HandledHow.CLOSED if moved.after == Stage.CLOSED else HandledHow.MOVED, moved)
    # One that waits for a payment after all comes back when it is paid.
    if order.stage in OPEN:
        return None
    return Ending(HandledHow.CLOSED if order.stage == Stage.CLOSED else HandledHow.OVER)


def after_shortage(order: Order, _alert: Alert) -> Ending | None:
    return None if order.is_short else Ending(HandledHow.OVER)


def after_supplement(order: Order, alert: Alert) -> Ending | None:
    """Over when it was paid or waived, and when somebody lets the order go on all the same."""
    released = _list_by_people(order, alert).filter(verb="order.release").first()
    if released:
        return Ending(HandledHow.MOVED, released)
    return None if order.owed_fen and order.stage in IN_HAND else Ending(HandledHow.OVER)


def after_ship_soon(order: Order, alert: Alert) -> Ending | None:
    """Over when it was sent or held, when it has more time now, and when it has become late."""
    is_soon = order.warned < OVER and order.ship_by is not None and order.ship_by - DAY <= clock.now()
    return None if _is_to_ship(order) and is_soon else _after_shipping(order, alert)


def after_ship_over(order: Order, alert: Alert) -> Ending | None:
    is_late = order.ship_by is not None and order.ship_by <= clock.now()
    return None if _is_to_ship(order) and is_late else _after_shipping(order, alert)


def _is_to_ship(order: Order) -> bool:
    return order.stage in IN_HAND and not order.is_held


def _after_shipping(order: Order, alert: Alert) -> Ending:
    moved = _list_by_people(order, alert).last()
    how = HandledHow.CLOSED if order.stage == Stage.CLOSED else HandledHow.MOVED
    return Ending(how if moved else HandledHow.OVER, moved)


def after_uncollected(order: Order, alert: Alert) -> Ending | None:
    """Over when somebody reminded the buyer or put it off, and when nothing waits at the counter any more."""
    tended = _list_by_people(order, alert).filter(verb__in=_TENDING_PICKUPS).first()
    if tended:
        return Ending(HandledHow.MOVED, tended)
    waits = order.delivery == Delivery.PICKUP and order.stage in IN_HAND
    return None if waits else _after_shipping(order, alert)


def after_waybill(order: Order, _alert: Alert) -> Ending | None:
    """Over when no e-waybill of the order is left to people any more."""
    return None if order.waybills.filter(IN_TROUBLE).exists() else Ending(HandledHow.OVER)


def after_print(order: Order, _alert: Alert) -> Ending | None:
    return None if order.print_jobs.filter(NOT_PRINTED).exists() else Ending(HandledHow.OVER)


def after_collection(order: Order, _alert: Alert) -> Ending | None:
    """Over when no collection of the order is left to people any more."""
    return None if find_troubled().filter(order=order).exists() else Ending(HandledHow.OVER)


def after_report(order: Order, _alert: Alert) -> Ending | None:
    """Over when WeChat has refused nothing of the order any more."""
    return None if order.shipping_reports.filter(NOT_TOLD).exists() else Ending(HandledHow.OVER)


def after_tracking(order: Order, alert: Alert) -> Ending | None:
    """Over when its parcel is in this trouble no longer, or somebody has put it off."""
    told = Event.objects.filter(pk=alert.event_id).values_list("subject_id", "data__trouble").first()
    pk, trouble = told or (0, "")
    is_so = find_parcels_in_trouble().filter(order=order, pk=pk or 0, trouble=trouble).exists()
    return None if is_so else Ending(HandledHow.OVER)


def after_urge(order: Order, alert: Alert) -> Ending | None:
    return None if order.stage in IN_HAND else _taken_on(order, _list_moves(order, alert))


def after_unknown_payment(order: Order, alert: Alert) -> Ending | None:
    attempts = order.attempts.filter(number=_read_told(alert)["attempt"])
    is_unknown = attempts.filter(stuck_at__isnull=False).exists()
    return None if is_unknown else Ending(HandledHow.OVER)


def after_transfer(order: Order, alert: Alert) -> Ending | None:
    if order.proof_sent_at is not None:
        return None
    return _taken_on(order, _list_by_people(order, alert).filter(verb__in=_CHECKING))


def after_failed_refund(order: Order, alert: Alert) -> Ending | None:
    has_failed = _find_refund(order, alert).filter(state=RefundState.FAILED).exists()
    return _tended(order, alert) or (None if has_failed else Ending(HandledHow.OVER))


def after_stuck_refund(order: Order, alert: Alert) -> Ending | None:
    is_stuck = _find_refund(order, alert).filter(stuck_at__isnull=False).exists()
    return _tended(order, alert) or (None if is_stuck else Ending(HandledHow.OVER))


def after_outside_refund(order: Order, alert: Alert) -> Ending | None:
    """Over only where it fitted nothing when it came, and has taken the place of a refund of ours since."""
    told = _read_told(alert)
    is_same = Q(number=told["number"]) | Q(reference=told["number"])
    must_be_seen = told["is_booked"] or not order.refunds.filter(is_same).exists()
    return None if must_be_seen else Ending(HandledHow.OVER)


def _tended(order: Order, alert: Alert) -> Ending | None:
    """By whom this refund was tried again or paid out; one that fails again after that rings anew."""
    number = _read_told(alert)["number"]
    tended = _list_by_people(order, alert).filter(verb__in=_TENDING_REFUNDS, data__number=number).first()
    return Ending(HandledHow.MOVED, tended) if tended else None


def _find_refund(order: Order, alert: Alert) -> "QuerySet[Refund]":
    """The one that it is about: others of the order have alerts of their own."""
    return order.refunds.filter(number=_read_told(alert)["number"])


def _read_told(alert: Alert) -> dict[str, Any]:
    data: dict[str, Any] = Event.objects.values_list("data", flat=True).get(pk=alert.event_id)
    return data


def _taken_on(order: Order, events: "QuerySet[Event]") -> Ending:
    how = HandledHow.CLOSED if order.stage == Stage.CLOSED else HandledHow.MOVED
    return Ending(how, events.last())


def _list_by_people(order: Order, alert: Alert) -> "QuerySet[Event]":
    """What people did to the order after it rang, in order."""
    # Reckoned, or the planner, whose statistics do not know the newest events, would read them all by their key.
    of_order = Event.objects.filter(kind=Order.subject_kind, subject_id=order.pk).alias(place=F("pk") + 0)
    return of_order.filter(place__gt=alert.event_id or 0, actor_kind__in=PEOPLE).order_by("number")


def _list_moves(order: Order, alert: Alert) -> "QuerySet[Event]":
    """Of that, what took it into another stage."""
    return _list_by_people(order, alert).exclude(before=F("after"))


def after_aftersale(order: Order, _alert: Alert) -> Ending | None:
    """Over when each of its after-sales is answered or withdrawn."""
    is_asked = order.aftersales.filter(state=State.ASKED).exists()
    return None if is_asked else Ending(HandledHow.OVER)


def after_return(order: Order, _alert: Alert) -> Ending | None:
    """Over when what has arrived is taken in, or given up."""
    is_here = order.aftersales.filter(state=State.RETURNING, arrived_at__isnull=False).exists()
    return None if is_here else Ending(HandledHow.OVER)


def after_aftersale_due(order: Order, _alert: Alert) -> Ending | None:
    """Over when none of its after-sales is near the end of its time, or beyond it."""
    is_near = Q(look_at__isnull=True) | Q(look_at=F("due_at"))
    is_due = order.aftersales.filter(IS_OPEN).exclude(IS_DISPUTED).filter(is_near).exists()
    return None if is_due else Ending(HandledHow.OVER)


def after_dispute(order: Order, _alert: Alert) -> Ending | None:
    """Over when none of its after-sales is disputed any more."""
    return None if order.aftersales.filter(IS_DISPUTED).exists() else Ending(HandledHow.OVER)
