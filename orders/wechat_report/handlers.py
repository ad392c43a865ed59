"""What WeChat is to be told follows the parcels and what is handed out; and enqueuing what it can be told at once."""

from orders.wechat_report.models import ShippingReport
from orders.wechat_report.reporting import is_reporting
from orders.wechat_report.services.following import follow_order
from orders.wechat_report.services.reminding import note_arrival
from orders.wechat_report.tasks import tell_wechat
from shop import clock
from shop.events.models import Event
from shop.events.registry import on

_SENDING = ("order.ship", "order.ship_part", "order.all_shipped", "order.undo_ship", "order.replace_number")
_HANDING_OUT = ("order.verify", "order.all_handed_out", "order.undo_verify")
_MONEY = ("order.pay", "order.cancel_unsent", "order.cancel_lines", "order.refund_done")


@on(*_SENDING, *_HANDING_OUT, *_MONEY)
def follow_parcels(event: Event) -> None:
    if event.order_id is not None:
        follow_order(event.order_id)


@on("order.arrive")
def follow_arrival(event: Event) -> None:
    if event.order_id is not None:
        note_arrival(event.order_id)


@on("report.leave", "report.renew", "report.retry", outside=True)
def enqueue_report(event: Event) -> None:
    """What is to wait a while is found by the timer."""
    due = ShippingReport.objects.filter(pk=event.subject_id, next_try_at__lte=clock.now())
    if is_reporting() and due.exists():
        tell_wechat.delay(event.subject_id)
