"""Enqueuing what the gateway has to be told."""

from orders.payments.changes.supplements import release_if_settled
from orders.payments.models import Refund, RefundState
from orders.payments.services.refunds import BACKUP_AFTER
from orders.payments.tasks import send_refund
from shop import clock
from shop.events.models import Event
from shop.events.registry import on
from shop.queues import PAYMENTS


@on("order.pay", "order.collect", "order.waive")
def release_what_was_paid(event: Event) -> None:
    release_if_settled(event.subject_id)


@on("order.refund", "order.retry_refund", outside=True, queue=PAYMENTS)
def enqueue_refund(event: Event) -> None:
    """At once, unless the gateway wants it to wait: then the timer sends it."""
    refund_id, soon = event.data["refund_id"], clock.now() + BACKUP_AFTER
    if Refund.objects.filter(pk=refund_id, state=RefundState.COMMITTED, next_try_at__lte=soon).exists():
        send_refund.delay(refund_id)
