"""Work on bills that was asked for begins at once; differences follow the money of their order."""

from orders.bills.days import day_of
from orders.bills.models import DifferenceKind
from orders.bills.services.ending import follow_order, note_agreement
from orders.bills.services.findings import Finding
from orders.bills.services.keeping import Place, keep_finding
from orders.bills.tasks import fetch_bill
from orders.payments.models import PayAttempt
from shop.events.models import Event
from shop.events.registry import on
from shop.queues import JOBS

_ENDED = (
    *("difference.vanish", "difference.settle", "difference.dismiss"),
    *("difference.book_payment", "difference.book_refund", "difference.take_state"),
)


@on("bill.again", "bill.upload", outside=True, queue=JOBS)
def enqueue_bill(event: Event) -> None:
    fetch_bill.delay(event.subject_id)


@on("order.pay", "order.late_payment", "order.refund_done", "order.pay_out", "order.refund_outside")
def settle_what_agrees(event: Event) -> None:
    follow_order(event.subject_id)


@on("order.payment_mismatch")
def keep_mismatch(event: Event) -> None:
    """Another amount than was asked for does not wait for the bill."""
    attempt = PayAttempt.objects.get(number=event.data["attempt"])
    finding = Finding(
        DifferenceKind.AMOUNT,
        event.data["trade_no"],
        number=attempt.number,
        ours_fen=event.data["asked_fen"],
        theirs_fen=event.data["amount_fen"],
        order_id=event.subject_id,
    )
    keep_finding(Place(attempt.method, attempt.mchid, day_of(event.at)), finding)


@on(*_ENDED)
def tell_the_bill(event: Event) -> None:
    note_agreement(event.subject_id)
