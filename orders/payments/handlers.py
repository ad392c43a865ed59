"""Enqueuing what the gateway has to be told."""

from orders.payments.changes.supplements import release_if_settled
from orders.payments.models import Refund, RefundState
from orders.payments.tasks import send_refund
from shop.events.models import Event
from shop.events.registry import on
from shop.queues import PAYMENTS


@on("order.pay", "order.collect", "order.waive")
def release_what_was_paid(event: Event) -> None:
    release_if_settled(event.subject_id)


@on("order.refund", "order.retry_refund", outside=True, queue=PAYMENTS)
def enqueue_refund(event: Event) -> None:
    refund_id = event.data["refund_id"]
    if Refund.objects.filter(pk=refund_id, state=RefundState.COMMITTED).exists():
        send_refund.delay(refund_id)
