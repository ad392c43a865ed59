"""Enqueuing what a provider of e-waybills has to be asked."""

from orders.waybills.models import ASKED, Waybill
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
    if Waybill.objects.filter(pk=event.subject_id, state__in=ASKED).exists():
        ask_provider.delay(event.subject_id)
