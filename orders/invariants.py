"""Invariants of orders, their lines and their events."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.db.models import Count, F, Max, Min, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from orders.models import BlindIndex, Order, OrderLine
from orders.stages import IN_HAND, OVER, Stage
from orders.states import MOVES
from shop.catalog.models import Sku
from shop.customers.models import Customer
from shop.events.models import Event, Versioned
from shop.invariants import in_scope, invariant, list_in_scope
from shop.moves.table import SUBJECTS

CHUNK = 2000


@invariant("B2", "per line: pieces sent, cancelled, returned and refunded add up")
def line_pieces_add_up() -> Iterator[str]:
    wrong = (
        Q(quantity__lt=F("shipped") + F("cancelled"))
        | Q(returned__gt=F("shipped") + F("resent"))
        | Q(resent__gt=F("returned"))
        | Q(refunded_fen__gt=F("price_fen") * F("quantity") + F("adjust_fen") - F("cancelled_unpaid_fen"))
    )
    for line in in_scope(OrderLine.objects.filter(wrong), orders="order").select_related("order"):
        yield f"order {line.order.number}, line {line.pk}"


@invariant("B2.1", "the order's piece counts are the sums of its lines")
def piece_counts_are_sums() -> Iterator[str]:
    sums = Order.objects.annotate(
        ordered=Coalesce(Sum("lines__quantity"), 0),
        cancelled_sum=Coalesce(Sum("lines__cancelled"), 0),
        shipped_sum=Coalesce(Sum("lines__shipped"), 0),
        returned_sum=Coalesce(Sum("lines__returned"), 0),
        resent_sum=Coalesce(Sum("lines__resent"), 0),
    )
    right = Q(pieces=F("ordered"), pieces_cancelled=F("cancelled_sum"), pieces_shipped=F("shipped_sum"))
    right &= Q(pieces_returned=F("returned_sum"), pieces_resent=F("resent_sum"))
    for order in in_scope(sums, orders="pk").exclude(right):
        yield f"order {order.number}"


@invariant("B7.5", "what goes in one parcel is of one buyer; where an order goes is not kept once it is over")
def bundles_are_of_one_buyer() -> Iterator[str]:
    bundled = in_scope(Order.objects.filter(bundle__isnull=False), orders="pk")
    mixed = bundled.order_by().values("bundle").annotate(buyers=Count("customer", distinct=True))
    for row in mixed.filter(buyers__gt=1):
        yield f"bundle {row['bundle']} is of {row['buyers']} buyers"
    over = Order.objects.filter(stage__in=OVER).exclude(destination=0)
    for order in in_scope(over, orders="pk"):
        yield f"order {order.number} is over and has a destination"


@invariant("B3.3", "stock reserved is what open lines hold, and a paid line is reserved or short in full")
def reservations_are_held_by_lines() -> Iterator[str]:
    held = Sku.objects.annotate(lines_hold=Coalesce(Sum("order_lines__reserved"), 0))
    for sku in in_scope(held, orders="order_lines__order", skus="pk").exclude(reserved=F("lines_hold")):
        yield f"SKU {sku.code}: reserved {sku.reserved}, lines hold {sku.lines_hold}"
    incomplete = ~Q(quantity=F("cancelled") + F("shipped") + F("reserved") + F("short"))
    in_hand = OrderLine.objects.filter(incomplete, order__stage__in=IN_HAND)
    for line in in_scope(in_hand, orders="order").select_related("order"):
        yield f"order {line.order.number}, line {line.pk}: neither reserved nor short"
    idle = OrderLine.objects.filter(
        order__stage__in=[Stage.CLOSED, Stage.SHIPPED, Stage.DONE], reserved__gt=0
    )
    for line in in_scope(idle, orders="order").select_related("order"):
        yield f"order {line.order.number}, line {line.pk}: holds stock though nothing is left to send"


@invariant("B10.3", "what each buyer has spent is the sum over their orders")
def spending_is_the_sum_of_orders() -> Iterator[str]:
    sums = Customer.objects.annotate(
        total=Coalesce(Sum(F("orders__paid_fen") - F("orders__refunded_fen")), 0)
    )
    for customer in in_scope(sums, orders="orders", customers="pk").exclude(spent_fen=F("total")):
        yield f"{customer}: spent {customer.spent_fen}, orders {customer.total}"


@invariant("B5", "the stored stage is what the events say, numbered without a gap")
def stage_is_the_fold_of_events() -> Iterator[str]:
    """Also B6 (no move outside the table) and B11 (numbers without a gap), in the same pass."""
    for ids in _split_ids():
        events = defaultdict(list)
        rows = Event.objects.filter(kind="order", subject_id__in=ids)
        for event in rows.defer("sealed", "data").order_by("subject_id", "number"):
            events[event.subject_id].append(event)
        for order in Order.objects.filter(pk__in=ids).only("number", "stage", "version"):
            yield from _check_history(order, events[order.pk])


@invariant("B5.1", "the state of what hangs on an order is what its newest event says")
def states_are_the_newest_events() -> Iterator[str]:
    for kind, subject in SUBJECTS.items():
        if _hangs_on_order(subject.model):
            yield from _list_strayed(kind, subject.model)


def _hangs_on_order(model: type[Versioned]) -> bool:
    return any(field.name == "order" for field in model._meta.get_fields())


def _list_strayed(kind: str, model: type[Versioned]) -> Iterator[str]:
    newest = Event._base_manager.filter(kind=kind, subject_id=OuterRef("pk")).order_by("-number")
    rows = in_scope(model._base_manager.all(), orders="order").annotate(
        told=Subquery(newest.values("after")[:1]), told_version=Subquery(newest.values("number")[:1])
    )
    right = Q(told=F(model.state_column), told_version=F("version"))
    for pk, state in rows.exclude(right, told__isnull=False).values_list("pk", model.state_column):
        yield f"{kind} {pk} is {state}, which is not what its events say"


def _split_ids() -> Iterator[Sequence[int]]:
    ids: Sequence[int] | None = list_in_scope("orders")
    if ids is None:
        ends = Order.objects.aggregate(first=Min("pk"), last=Max("pk"))
        ids = range(ends["first"] or 0, (ends["last"] or -1) + 1)
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _check_history(order: Order, events: list[Event]) -> Iterator[str]:
    stage = ""
    for number, event in enumerate(events, start=1):
        rule = MOVES.get(event.verb)
        if event.number != number:
            yield f"order {order.number}: event {event.number} where {number} was due"
        if event.before != stage or rule is None or rule.steps.get(event.before) != event.after:
            yield f"order {order.number}: {event.verb} {event.before}→{event.after} is not in the table"
        stage = event.after
    if stage != order.stage or len(events) != order.version:
        yield f"order {order.number}: stage {order.stage} v{order.version}, events say {stage} v{len(events)}"


@invariant("B10", "lines, adjustments and freight are what is payable")
def payable_adds_up() -> Iterator[str]:
    goods = (
        F("lines__price_fen") * F("lines__quantity")
        + F("lines__adjust_fen")
        - F("lines__cancelled_unpaid_fen")
    )
    sums = Order.objects.annotate(goods_sum=Coalesce(Sum(goods), 0))
    for order in in_scope(sums, orders="pk").exclude(
        payable_fen=F("goods_sum") + F("freight_fen") + F("freight_adjust_fen")
    ):
        yield f"order {order.number}: payable {order.payable_fen}"


@invariant("B12", "no order of a buyer who was erased is found by what was known of them")
def erased_are_not_found() -> Iterator[str]:
    found = BlindIndex.objects.filter(order__customer__erased_at__isnull=False)
    for row in in_scope(found, orders="order", customers="order__customer").select_related("order"):
        yield f"order {row.order.number}"
