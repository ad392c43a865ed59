"""Which events raise alerts and which end them, by the rows of `kinds.py`. Alerts are carried before anything else."""

from notifications.kinds import KINDS
from notifications.models import AlertKind
from notifications.services import end_subject_alerts, raise_alert, settle_alerts
from shop.events.models import Event
from shop.events.registry import HandlerFunction, on
from shop.push import CHECK_SESSION, push_hint

_FORMER_NAMES = {AlertKind.REFUND_TWICE: "alert_refunded_twice"}
"""Deliveries name their handler, and some of the version before may still wait."""


def _make_handler(kind: AlertKind) -> HandlerFunction:
    def raise_this(event: Event) -> None:
        if KINDS[kind].when(event):
            raise_alert(kind, event)

    raise_this.__qualname__ = _FORMER_NAMES.get(kind, f"alert_{kind.value}")
    return raise_this


for _kind, _row in KINDS.items():
    on(*_row.raised_by, priority=0, pushes=True)(_make_handler(_kind))


@on(
    *dict.fromkeys(verb for row in KINDS.values() if row.ending for verb in row.ended_by),
    priority=1,
    pushes=True,
)
def end_alerts(event: Event) -> None:
    if event.order_id:
        settle_alerts(event.order_id)


@on(*(verb for row in KINDS.values() if not row.ending for verb in row.ended_by), priority=1, pushes=True)
def end_alerts_of_subject(event: Event) -> None:
    end_subject_alerts(event)


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
