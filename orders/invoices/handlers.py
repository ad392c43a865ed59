"""An invoice says what was paid: when money goes back, it has to be corrected."""

from orders.invoices.services.answering import follow_refund
from shop.events.models import Event
from shop.events.registry import on


@on("order.refund_done", "order.pay_out")
def correct_invoice(event: Event) -> None:
    follow_refund(event.subject_id)
