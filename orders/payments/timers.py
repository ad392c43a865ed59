"""Deadlines of money: unpaid orders, attempts to ask about, refunds to try again."""

from datetime import timedelta

from django.db.models import F

from orders.payments.models import LIVE, GatewayNotice, PayAttempt, Refund
from orders.payments.selectors import (
    list_due_refunds,
    list_due_to_cancel,
    list_due_to_close,
    list_due_to_query,
    list_old_refused_notices,
    list_stuck_refunds,
    list_unsent,
)
from orders.payments.services.cancelling import cancel_unpaid, cancel_unsent
from orders.payments.services.refunds import call_for_refund
from orders.payments.tasks import cancel_overdue, query_payment, send_refund
from orders.services.deadlines import unless_moved
from shop import clock
from shop.actor import SYSTEM
from shop.events.registry import due

QUERY_DELAYS_S = (30, 60, 120, 240)
_TASK_LEASE = timedelta(seconds=60)


@due("order.cancel_unpaid", find=list_due_to_cancel)
def cancel_overdue_unpaid(order_id: int) -> None:
    """Without an attempt nothing can be paid: close at once."""
    with unless_moved():
        cancel_unpaid(order_id, actor=SYSTEM)


@due("order.cancel_attempted", find=list_due_to_close, outside=True)
def cancel_overdue_attempted(order_id: int) -> None:
    """With a live attempt the worker asks the gateway first."""
    cancel_overdue.delay(order_id)
    attempts = PayAttempt.objects.filter(order_id=order_id, state__in=LIVE)
    attempts.update(cancel_asked_until=clock.now() + _TASK_LEASE)


@due("order.cancel_unsent", find=list_unsent)
def cancel_what_was_not_sent(order_id: int) -> None:
    cancel_unsent(order_id, actor=SYSTEM)


@due("payment.query", find=list_due_to_query, outside=True)
def query_open_attempt(attempt_id: int) -> None:
    attempt = PayAttempt.objects.get(pk=attempt_id)
    query_payment.delay(attempt_id)
    wait = QUERY_DELAYS_S[min(attempt.queries, len(QUERY_DELAYS_S) - 1)]
    # The task may have been faster, and has said itself when to ask again, or never.
    PayAttempt.objects.filter(pk=attempt_id, next_query_at=attempt.next_query_at).update(
        next_query_at=clock.now() + timedelta(seconds=wait), queries=F("queries") + 1
    )


@due("refund.send", find=list_due_refunds, outside=True)
def send_due_refund(refund_id: int) -> None:
    send_refund.delay(refund_id)
    Refund.objects.filter(pk=refund_id, next_try_at__isnull=False).update(
        next_try_at=clock.now() + _TASK_LEASE
    )


@due("refund.stuck", find=list_stuck_refunds)
def report_stuck_refund(refund_id: int) -> None:
    call_for_refund(refund_id)


@due("notice.forget", find=list_old_refused_notices)
def forget_notice(notice_id: int) -> None:
    GatewayNotice.objects.filter(pk=notice_id, is_accepted=False).delete()
