"""Deadlines of money: unpaid orders, attempts to ask about, refunds to try again."""

from datetime import timedelta

from django.db.models import F

from orders.payments.changes.cancelling import cancel_unpaid, cancel_unsent
from orders.payments.changes.supplements import call_for_supplement
from orders.payments.gateways.known import gateway_of
from orders.payments.line import call_for_line
from orders.payments.models import LIVE, GatewayLine, PayAttempt, Refund
from orders.payments.selectors import (
    is_merchant_needed,
    list_due_refunds,
    list_due_to_cancel,
    list_due_to_close,
    list_due_to_query,
    list_former_to_look_at,
    list_lines_to_probe,
    list_silent_lines,
    list_stuck_attempts,
    list_stuck_refunds,
    list_unpaid_supplements,
    list_unsent,
)
from orders.payments.services.refund_sending import call_for_refund
from orders.payments.services.unheard import call_for_attempt
from orders.payments.tasks import cancel_overdue, probe_gateway, query_payment, send_refund
from orders.services.deadlines import unless_moved
from orders.waybills.services.ending import void_waybills
from shop import clock
from shop.actor import SYSTEM
from shop.events.registry import due
from shop.queues import PAYMENTS
from shop.store.models import FormerCredentials

QUERY_DELAYS_S = (30, 60, 120, 240, 480, 960, 1800, 3600)
PROBE_EVERY_S = 10
_TASK_LEASE_S = 60
_TASK_LEASE = timedelta(seconds=_TASK_LEASE_S)


@due("order.cancel_unpaid", find=list_due_to_cancel)
def cancel_overdue_unpaid(order_id: int) -> None:
    """Without an attempt nothing can be paid: close at once."""
    with unless_moved():
        cancel_unpaid(order_id, actor=SYSTEM)


@due("order.cancel_attempted", find=list_due_to_close, outside=True, queue=PAYMENTS)
def cancel_overdue_attempted(order_id: int) -> None:
    """With a live attempt the worker asks the gateway first."""
    # A task that is still queued when the next one follows would only be done twice: it expires with its lease.
    cancel_overdue.apply_async((order_id,), expires=_TASK_LEASE_S)
    attempts = PayAttempt.objects.filter(order_id=order_id, state__in=LIVE)
    attempts.update(cancel_asked_until=clock.now() + _TASK_LEASE)


@due("order.cancel_unsent", find=list_unsent)
def cancel_what_was_not_sent(order_id: int) -> None:
    """What has an e-waybill is closed once its courier has taken that back."""
    if not void_waybills(order_id):
        cancel_unsent(order_id, actor=SYSTEM)


@due("order.supplement", find=list_unpaid_supplements)
def hold_for_supplement(order_id: int) -> None:
    with unless_moved():
        call_for_supplement(order_id)


@due("payment.query", find=list_due_to_query, outside=True, queue=PAYMENTS)
def query_open_attempt(attempt_id: int) -> None:
    attempt = PayAttempt.objects.get(pk=attempt_id)
    wait = QUERY_DELAYS_S[min(attempt.queries, len(QUERY_DELAYS_S) - 1)]
    query_payment.apply_async((attempt_id,), expires=wait)
    # The task may have been faster, and has said itself when to ask again, or never.
    PayAttempt.objects.filter(pk=attempt_id, next_query_at=attempt.next_query_at).update(
        next_query_at=clock.now() + timedelta(seconds=wait), queries=F("queries") + 1
    )


@due("refund.send", find=list_due_refunds, outside=True, queue=PAYMENTS)
def send_due_refund(refund_id: int) -> None:
    send_refund.apply_async((refund_id,), expires=_TASK_LEASE_S)
    Refund.objects.filter(pk=refund_id, next_try_at__isnull=False).update(
        next_try_at=clock.now() + _TASK_LEASE
    )


@due("refund.stuck", find=list_stuck_refunds)
def report_stuck_refund(refund_id: int) -> None:
    call_for_refund(refund_id)


@due("attempt.stuck", find=list_stuck_attempts)
def report_stuck_attempt(attempt_id: int) -> None:
    call_for_attempt(attempt_id)


@due("gateway.probe", find=list_lines_to_probe, outside=True, queue=PAYMENTS)
def probe_silent_gateway(line_id: int) -> None:
    """While it is silent nothing else is asked: this is how the shop hears of its return."""
    probe_gateway.apply_async((line_id,), expires=PROBE_EVERY_S)
    GatewayLine.objects.filter(pk=line_id).update(probe_at=clock.now() + timedelta(seconds=PROBE_EVERY_S))


@due("gateway.silent", find=list_silent_lines)
def report_silent_gateway(line_id: int) -> None:
    call_for_line(line_id)


@due("credentials.retire", find=list_former_to_look_at)
def retire_former_credentials(former_id: int) -> None:
    """Throw away keys by which no money can move any more."""
    former, moment = FormerCredentials.objects.get(pk=former_id), clock.now()
    account = gateway_of(former.method).find_account()
    present = account and account.tested_at and (account.mchid, account.appid)
    if present == (former.mchid, former.appid) or not is_merchant_needed(former.mchid, moment):
        former.delete()
    else:
        FormerCredentials.objects.filter(pk=former_id).update(look_at=moment + timedelta(days=1))
