"""Enqueuing what a provider of e-waybills has to be asked."""

from orders.waybills.tasks import ask_provider
from shop.events.models import Event
from shop.events.registry import on
from shop.queues import CARRIERS


@on(
    "waybill.request",
    "waybill.retry",
    "waybill.void",
    "waybill.late",
    outside=True,
    queue=CARRIERS,
)
def enqueue_question(event: Event) -> None:
    ask_provider.delay(event.subject_id)
