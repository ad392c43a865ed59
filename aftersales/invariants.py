"""Invariants of after-sales."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from aftersales.choices import OPEN, OVER_FOR_GOODS, SETTLED, DisputeState, Kind, State
from aftersales.models import IS_DISPUTED, IS_OPEN, Aftersale, AftersaleLine, Dispute
from orders.models import Order, OrderLine
from orders.payments.models import Refund, RefundState
from orders.stages import AftersaleMark
from shop.events.models import EventDelivery
from shop.invariants import in_scope, invariant


@invariant(
    "B24",
    "a line is in the open after-sale that its order line says, with so many pieces, and in one at most",
)
def lines_say_what_is_open() -> Iterator[str]:
    held = AftersaleLine.objects.filter(order_line=OuterRef("pk"), aftersale__state__in=OPEN)
    sums = held.order_by().values("order_line").annotate(n=Sum("pieces")).values("n")
    rows = OrderLine.objects.annotate(held=Coalesce(Subquery(sums), 0)).exclude(in_aftersale=F("held"))
    for line in in_scope(rows, orders="order").select_related("order"):
        yield f"order {line.order.number}, line {line.pk}: {line.in_aftersale} in after-sales, not {line.held}"
    right = Q(is_open=True, aftersale__state__in=OPEN) | (Q(is_open=False) & ~Q(aftersale__state__in=OPEN))
    strayed = AftersaleLine.objects.exclude(right)
    for row in in_scope(strayed, orders="aftersale__order").select_related("aftersale"):
        yield f"after-sale {row.aftersale.number} is {row.aftersale.state}, its line {row.pk} open: {row.is_open}"


@invariant("B24.1", "an order is marked as its after-sales are: open, settled, or none")
def marks_say_what_is_open() -> Iterator[str]:
    of_order = Aftersale.objects.filter(order=OuterRef("pk"))
    orders = Order.objects.annotate(
        has_open=Exists(of_order.filter(IS_OPEN)), has_settled=Exists(of_order.filter(state__in=SETTLED))
    )
    is_open, is_settled = Q(has_open=True), Q(has_open=False, has_settled=True)
    right = (
        (is_open & Q(aftersale_mark=AftersaleMark.OPEN))
        | (is_settled & Q(aftersale_mark=AftersaleMark.SETTLED))
        | (~is_open & ~is_settled & Q(aftersale_mark=AftersaleMark.NONE))
    )
    for order in in_scope(orders, orders="pk").exclude(right):
        yield f"order {order.number} is marked {order.aftersale_mark}"


@invariant(
    "B24.2",
    "an after-sale that is settled has given back what was agreed to, an exchange its difference, any other nothing",
)
def refunds_are_what_was_agreed() -> Iterator[str]:
    given = Refund.objects.filter(case_number=OuterRef("number")).order_by().values("case_number")
    sums = given.annotate(fen=Sum("amount_fen")).values("fen")
    rows = in_scope(Aftersale.objects.annotate(given=Coalesce(Subquery(sums), 0)), orders="order")
    gives = Q(state__in=SETTLED) | Q(kind=Kind.EXCHANGE, state=State.RECEIVED)
    agreed = gives & Q(given=Coalesce(F("agreed_fen"), 0))
    for aftersale in rows.exclude(agreed | (~gives & Q(given=0))):
        yield f"after-sale {aftersale.number}: agreed {aftersale.agreed_fen}, given {aftersale.given}"


@invariant("B24.3", "once delivery has drained, an after-sale is completed when all of its money is back")
def completed_when_paid() -> Iterator[str]:
    refunds = Refund.objects.filter(case_number=OuterRef("number")).exclude(state=RefundState.DONE)
    under_way = EventDelivery.objects.filter(
        done_at__isnull=True, event__kind="order", event__subject_id=OuterRef("order")
    )
    waiting = Aftersale.objects.filter(state=State.REFUNDING).exclude(Exists(refunds) | Exists(under_way))
    for aftersale in in_scope(waiting, orders="order"):
        yield f"after-sale {aftersale.number} waits for money that is back"


@invariant("B24.4", "somebody has until some time while an after-sale is open, and only then")
def open_ones_have_a_time() -> Iterator[str]:
    wrong = (IS_OPEN & Q(due_at__isnull=True)) | (~IS_OPEN & Q(due_at__isnull=False))
    for aftersale in in_scope(Aftersale.objects.filter(wrong), orders="order"):
        yield f"after-sale {aftersale.number} is {aftersale.state}, due {aftersale.due_at}"


@invariant("B24.5", "a case is disputed as its newest dispute says, and by one open dispute at most")
def cases_say_how_they_are_disputed() -> Iterator[str]:
    newest = Dispute.objects.filter(aftersale=OuterRef("pk")).order_by("-opened_at", "-pk").values("state")
    rows = Aftersale.objects.annotate(newest=Coalesce(Subquery(newest[:1]), Value("")))
    for aftersale in in_scope(rows.exclude(dispute=F("newest")), orders="order"):
        yield f"after-sale {aftersale.number}: disputed {aftersale.dispute!r}, its dispute {aftersale.newest!r}"


@invariant("B24.6", "nobody disputes what has ended for good, and an open dispute has a time to be decided")
def open_disputes_can_be_decided() -> Iterator[str]:
    lost = Aftersale.objects.filter(IS_DISPUTED).exclude(state__in=(*OPEN, *OVER_FOR_GOODS))
    for aftersale in in_scope(lost, orders="order"):
        yield f"after-sale {aftersale.number} is {aftersale.state} and disputed"
    ended = Q(ended_at__isnull=False, look_at__isnull=True)
    wrong = (Q(state=DisputeState.OPEN) & Q(ended_at__isnull=False)) | (~Q(state=DisputeState.OPEN) & ~ended)
    for dispute in in_scope(Dispute.objects.filter(wrong), orders="aftersale__order"):
        yield f"{dispute} is {dispute.state}, ended {dispute.ended_at}, looked at {dispute.look_at}"
