"""Which events raise alerts and which end them. Alerts are carried before anything else."""

from notifications.endings import ENDED_BY
from notifications.models import AlertKind
from notifications.services import end_subject_alerts, raise_alert, raise_subject_alert, settle_alerts
from orders.stages import IN_HAND, Stage
from orders.states import MOVES
from shop.actor import PEOPLE
from shop.events.models import Event
from shop.events.registry import on
from shop.push import CHECK_SESSION, push_hint

_RUNG = frozenset({*IN_HAND, Stage.SHIPPED})
_ENDING = tuple(
    rule.verb
    for rule in MOVES.values()
    if any(before in _RUNG and after != before for before, after in rule.steps.items())
    and (rule.who & PEOPLE or not set(rule.steps.values()).issubset(IN_HAND))
)
"""Verbs by which a person takes an order on, or by which nothing of it is left to send."""
_TENDING = (
    "order.restock",
    "order.reject_proof",
    "order.attempt_heard",
    "order.retry_refund",
    "order.refund_done",
    "order.pay_out",
)
"""Verbs by which something that rang is over while the order stays where it is."""


@on("order.pay", "order.accept", "order.collect", priority=0, pushes=True)
def alert_new_order(event: Event) -> None:
    if event.before == Stage.UNPAID and event.after != Stage.UNPAID:
        raise_alert(AlertKind.NEW_ORDER, event)


@on("order.run_short", priority=0, pushes=True)
def alert_stock_short(event: Event) -> None:
    raise_alert(AlertKind.STOCK_SHORT, event)


@on("order.late_payment", "order.excess_transfer", priority=0, pushes=True)
def alert_late_payment(event: Event) -> None:
    raise_alert(AlertKind.LATE_PAYMENT, event)


@on("order.payment_mismatch", priority=0, pushes=True)
def alert_mismatch(event: Event) -> None:
    raise_alert(AlertKind.MISMATCH, event)


@on("order.refund_fail", priority=0, pushes=True)
def alert_refund_failed(event: Event) -> None:
    raise_alert(AlertKind.REFUND_FAILED, event)


@on("order.refund_stuck", priority=0, pushes=True)
def alert_refund_stuck(event: Event) -> None:
    raise_alert(AlertKind.REFUND_STUCK, event)


@on("order.refund_twice", priority=0, pushes=True)
def alert_refunded_twice(event: Event) -> None:
    raise_alert(AlertKind.REFUND_TWICE, event)


@on("order.refund_outside", priority=0, pushes=True)
def alert_refund_outside(event: Event) -> None:
    raise_alert(AlertKind.REFUND_OUTSIDE, event)


@on("order.attempt_stuck", priority=0, pushes=True)
def alert_attempt_stuck(event: Event) -> None:
    raise_alert(AlertKind.ATTEMPT_STUCK, event)


@on("gateway.silent", priority=0, pushes=True)
def alert_gateway_silent(event: Event) -> None:
    raise_subject_alert(AlertKind.GATEWAY_SILENT, event)


@on("books.broken", priority=0, pushes=True)
def alert_books_broken(event: Event) -> None:
    raise_subject_alert(AlertKind.BOOKS_BROKEN, event)


@on("sku.run_low", priority=0, pushes=True)
def alert_low_stock(event: Event) -> None:
    raise_subject_alert(AlertKind.LOW_STOCK, event)


@on(*(verb for verbs in ENDED_BY.values() for verb in verbs), priority=1, pushes=True)
def end_alerts_of_subject(event: Event) -> None:
    end_subject_alerts(event)


@on("order.urge", priority=0, pushes=True)
def alert_urge(event: Event) -> None:
    raise_alert(AlertKind.URGE, event)


@on("order.send_proof", priority=0, pushes=True)
def alert_transfer(event: Event) -> None:
    raise_alert(AlertKind.TRANSFER, event)


@on(*_ENDING, *_TENDING, priority=1, pushes=True)
def end_alerts(event: Event) -> None:
    settle_alerts(event.subject_id)


@on(
    "staff.disable",
    "staff.change",
    "staff.reset_password",
    "staff.change_password",
    "staff.end_sessions",
    outside=True,
)
def close_sockets(event: Event) -> None:
    """Pages of sessions that have ended, or of people who may no longer look, stop hearing at once."""
    push_hint(hint=CHECK_SESSION)
