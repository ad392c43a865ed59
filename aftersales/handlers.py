"""What after-sales hear of their orders' money."""

from aftersales.services.money import follow_refunds
from shop.events.models import Event
from shop.events.registry import on


@on("order.refund_done", "order.pay_out")
def settle_aftersales(event: Event) -> None:
    follow_refunds(event.subject_id)
