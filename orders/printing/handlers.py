"""Receipts that print by themselves, and enqueuing what a printer has to be asked."""

from orders.printing.models import OPEN, PrintJob
from orders.printing.services.asking import print_at_counter, print_by_itself
from orders.printing.tasks import ask_printer
from orders.stages import Stage
from shop.events.models import Event
from shop.events.registry import on
from shop.queues import CARRIERS

_HANDED_OUT = ("order.verify", "order.verify_part")


@on("order.pay", "order.accept", "order.collect")
def print_new_order(event: Event) -> None:
    """As the alert of a new order: once it may be prepared, however often that is told."""
    if event.order_id and event.before == Stage.UNPAID and event.after != Stage.UNPAID:
        print_by_itself(event.order_id)


@on(*_HANDED_OUT)
def print_what_was_handed_out(event: Event) -> None:
    """Each time, a part too: the paper goes along with the goods."""
    if event.order_id:
        before = Event.objects.of_order(event.order_id).filter(verb__in=_HANDED_OUT, pk__lte=event.pk)
        print_at_counter(event.order_id, times=before.count())


@on("print.request", "print.retry", outside=True, queue=CARRIERS)
def enqueue_print(event: Event) -> None:
    if PrintJob.objects.filter(pk=event.subject_id, state__in=OPEN).exists():
        ask_printer.delay(event.subject_id)
