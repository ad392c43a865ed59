"""Invariants of shipping reports."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q

from orders.models import Order
from orders.payments.models import Payment
from orders.shipping.models import HANDED_OVER, Direction, ParcelLine, Purpose
from orders.stages import Source, Stage
from orders.wechat_report.models import ASKED, ShippingReport
from orders.wechat_report.reporting import get_standing, is_reporting
from shop.events.models import EventDelivery
from shop.invariants import in_scope, invariant
from shop.store.choices import Delivery, PayMethod


@invariant("B17", "a shipping report waits exactly while WeChat is to be told")
def waiting_reports_are_told() -> Iterator[str]:
    is_asked, waits = Q(state__in=ASKED), Q(next_try_at__isnull=False)
    wrong = ShippingReport.objects.filter(is_asked & ~waits | ~is_asked & (waits | Q(sent_at__isnull=False)))
    for report in in_scope(wrong, orders="order"):
        yield f"shipping report {report.pk} is {report.state}"


@invariant("B17.1", "once delivery has drained, WeChat is to be told of each payment whose order was shipped")
def shipped_payments_are_reported() -> Iterator[str]:
    since = get_standing().since
    if since is None or not is_reporting():
        return
    sent = ParcelLine.objects.filter(
        order_line__order=OuterRef("order"),
        parcel__state__in=HANDED_OVER,
        parcel__direction=Direction.OUT,
        parcel__purpose=Purpose.ORDER,
        parcel__sent_at__gt=since,
    )
    waiting = EventDelivery.objects.filter(
        done_at__isnull=True, event__kind=Order.subject_kind, event__subject_id=OuterRef("order")
    )
    payments = Payment.objects.filter(
        method=PayMethod.WECHAT,
        counts=True,
        amount_fen__gt=F("refunding_fen") + F("refunded_fen"),
        order__stage__in=(Stage.SHIPPED, Stage.DONE),
        order__customer__erased_at__isnull=True,
        shipping_report__isnull=True,
    ).exclude(order__source=Source.TEST)
    is_out = Exists(sent) | Q(order__delivery=Delivery.PICKUP, order__shipped_at__gt=since)
    for payment in in_scope(payments, orders="order").filter(is_out, ~Exists(waiting)):
        yield f"nobody tells WeChat what was shipped for {payment}"
