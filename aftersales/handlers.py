"""What after-sales hear of their orders: money that went back, and goods that came back."""

from aftersales.services.money import follow_refunds
from aftersales.services.returns import note_arrival
from shop.events.models import Event
from shop.events.registry import on


@on("order.refund_done", "order.pay_out")
def settle_aftersales(event: Event) -> None:
    follow_refunds(event.subject_id)


@on("order.return_arrive")
def expect_returned(event: Event) -> None:
    note_arrival(event.data["case_number"], event.data["parcel"])
