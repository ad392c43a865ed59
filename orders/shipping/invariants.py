"""Invariants of parcels."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from orders.models import Order, OrderLine
from orders.shipping.models import (
    HANDED_OVER,
    Direction,
    FormerNumber,
    Intercept,
    InterceptState,
    Parcel,
    ParcelLine,
    ParcelPhoto,
    ParcelState,
    Purpose,
)
from orders.shipping.returns.pieces import find_exchanged, list_taken
from orders.stages import CloseReason, Stage
from orders.waybills.models import Waybill, WaybillState
from shop.catalog.models import MovementKind, StockMovement
from shop.invariants import in_scope, invariant
from shop.store.choices import Delivery, PayMethod

CHUNK = 2000
_KINDS = (MovementKind.RETURN, MovementKind.SCRAP, MovementKind.EXCHANGE, MovementKind.UNEXCHANGE)
_BACK, _SCRAPPED, _SENT = "back", "scrapped", "sent again"
_NAMES = {
    MovementKind.RETURN: (_BACK, 1),
    MovementKind.SCRAP: (_SCRAPPED, -1),
    MovementKind.EXCHANGE: (_SENT, -1),
    MovementKind.UNEXCHANGE: (_SENT, -1),
}
"""What movements of a kind are told as, and with which sign."""
Sums = dict[int, Counter[tuple[str, int]]]
"""Order id → (what, SKU id) → pieces."""


@invariant("B9", "a tracking number belongs to one live parcel")
def tracking_numbers_are_unique() -> Iterator[str]:
    looked_at = in_scope(Parcel.objects.all(), orders="lines__order_line__order")
    live = Parcel.objects.exclude(state=ParcelState.UNDONE).exclude(tracking_no="")
    live = live.filter(tracking_no__in=looked_at.values("tracking_no"))
    for row in live.values("courier", "tracking_no").annotate(n=Count("id")).filter(n__gt=1):
        yield f"{row['courier']} {row['tracking_no']} in {row['n']} parcels"


@invariant("B9.1", "no parcel is empty")
def parcels_hold_goods() -> Iterator[str]:
    for parcel in in_scope(Parcel.objects.filter(lines=None), orders="intercepts__order"):
        yield f"parcel {parcel.pk}"


@invariant("B9.2", "a parcel was sent, delivered, or undone when it says so")
def parcels_say_when() -> Iterator[str]:
    wrong = (
        Q(state__in=HANDED_OVER, sent_at=None)
        | Q(state=ParcelState.ARRIVED) & (Q(arrived_at=None) | Q(has_moved=False))
        | Q(state=ParcelState.UNDONE) ^ Q(undone_at__isnull=False)
        | Q(state=ParcelState.RETURNED) ^ Q(returned_at__isnull=False)
        | Q(state=ParcelState.RETURNED, direction=Direction.OUT, turned_back_at=None)
    )
    for parcel in in_scope(Parcel.objects.filter(wrong), orders="lines__order_line__order"):
        yield f"parcel {parcel.pk} is {parcel.state}"


@invariant("B9.3", "an e-waybill that was used is on a parcel of its order, or was")
def used_waybills_are_on_parcels() -> Iterator[str]:
    named = Parcel.objects.filter(courier=OuterRef("courier"), tracking_no=OuterRef("tracking_no"))
    replaced = FormerNumber.objects.filter(courier=OuterRef("courier"), tracking_no=OuterRef("tracking_no"))
    used = Waybill.objects.filter(state=WaybillState.USED)
    lost = used.exclude(Exists(named.exclude(state=ParcelState.UNDONE))).exclude(Exists(replaced))
    for waybill in in_scope(lost, orders="order"):
        yield f"waybill {waybill.code} is used, and its parcel is gone"


@invariant("B9.4", "a task of stopping a parcel is open only while the parcel is on its way")
def intercepts_end_with_their_parcels() -> Iterator[str]:
    late = Intercept.objects.filter(state=InterceptState.ASKED).exclude(parcel__state=ParcelState.SENT)
    for intercept in in_scope(late, orders="order"):
        yield f"intercept {intercept.pk} of parcel {intercept.parcel_id}"


@invariant("B2.2", "pieces sent per line are the pieces in its parcels that were handed over")
def shipped_is_in_parcels() -> Iterator[str]:
    out = Q(parcel_lines__parcel__purpose=Purpose.ORDER, parcel_lines__parcel__direction=Direction.OUT)
    live = out & Q(parcel_lines__parcel__state__in=HANDED_OVER)
    sums = OrderLine.objects.annotate(packed=Coalesce(Sum("parcel_lines__quantity", filter=live), 0))
    sent = sums.exclude(order__delivery=Delivery.PICKUP)
    for line in in_scope(sent, orders="order").exclude(shipped=F("packed")).select_related("order"):
        yield f"order {line.order.number}, line {line.pk}: shipped {line.shipped}, in parcels {line.packed}"


@invariant(
    "B20.2",
    "an order says that it is coming back exactly while a parcel was refused whose goods were not taken in",
)
def refused_parcels_are_known() -> Iterator[str]:
    untaken = ParcelLine.objects.filter(order_line__order=OuterRef("pk"), taken_at=None)
    refused = Exists(untaken.filter(parcel__turned_back_at__isnull=False))
    is_open = ~Q(stage=Stage.CLOSED)
    wrong = Q(is_coming_back=True) & ~(is_open & refused) | Q(is_coming_back=False) & is_open & refused
    for order in in_scope(Order.objects.filter(wrong), orders="pk"):
        yield f"order {order.number} says {order.is_coming_back}"


@invariant(
    "B20.3", "an order that closed as refused has every piece back, and each stands in the stock's movements"
)
def returned_pieces_are_in_movements() -> Iterator[str]:
    moved = StockMovement.objects.filter(order_id=OuterRef("pk"), kind=MovementKind.RETURN).order_by()
    sums = moved.values("order_id").annotate(n=Sum("on_hand_delta")).values("n")
    refused = Order.objects.filter(
        stage=Stage.CLOSED, close_reason=CloseReason.RETURNED, pay_method=PayMethod.COD, paid_fen=0
    )
    found = refused.annotate(moved=Coalesce(Subquery(sums), 0))
    for order in in_scope(found, orders="pk").exclude(
        pieces_returned=F("moved"), pieces_shipped=F("pieces_returned") - F("pieces_resent")
    ):
        yield f"order {order.number}: {order.pieces_returned} of {order.pieces_shipped}, moved {order.moved}"


@invariant("B2.3", "pieces sent again per line are the pieces in its live exchange parcels")
def resent_is_in_exchange_parcels() -> Iterator[str]:
    of_exchange = Q(parcel_lines__parcel__purpose=Purpose.EXCHANGE)
    live = of_exchange & Q(
        parcel_lines__parcel__direction=Direction.OUT, parcel_lines__parcel__state__in=HANDED_OVER
    )
    sums = OrderLine.objects.annotate(packed=Coalesce(Sum("parcel_lines__quantity", filter=live), 0))
    for line in in_scope(sums, orders="order").exclude(resent=F("packed")).select_related("order"):
        yield f"order {line.order.number}, line {line.pk}: resent {line.resent}, in parcels {line.packed}"


@invariant(
    "B2.4", "pieces that came back per line are what the record says, and never more than the buyer had"
)
def returned_is_on_record() -> Iterator[str]:
    for ids in _split_orders():
        told: Counter[int] = Counter()
        for each in list_taken(ids):
            told[each.line_id] += each.pieces
        for line in OrderLine.objects.filter(order__in=ids).select_related("order").order_by("pk"):
            if line.returned != told[line.pk]:
                yield f"order {line.order.number}, line {line.pk}: returned {line.returned}, told {told[line.pk]}"


@invariant("B2.5", "what came back, was scrapped and was sent again stands in the stock's movements, by SKU")
def returns_are_in_movements() -> Iterator[str]:
    for ids in _split_orders():
        right, moved = _sum_record(ids), _sum_movements(ids)
        for order_id in sorted(right.keys() | moved.keys()):
            for what, sku_id in sorted(right[order_id].keys() | moved[order_id].keys()):
                told, stock = right[order_id][what, sku_id], moved[order_id][what, sku_id]
                if told != stock:
                    yield f"order {order_id}, SKU {sku_id}: {told} {what}, moved {stock}"


def _split_orders() -> Iterator[list[int]]:
    """The orders of which anything came back, or whose stock says so."""
    moved = StockMovement.objects.filter(kind__in=_KINDS, order_id__isnull=False)
    some = Q(pieces_returned__gt=0) | Q(pieces_resent__gt=0) | Q(pk__in=moved.values("order_id"))
    ids = list(in_scope(Order.objects.filter(some), orders="pk").order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _sum_record(ids: Collection[int]) -> Sums:
    """What lines, events and parcels say."""
    own = dict(OrderLine.objects.filter(order__in=ids).values_list("pk", "sku_id"))
    sums: Sums = defaultdict(Counter)
    for told in list_taken(ids):
        sku_id = told.sku_id or own[told.line_id]
        sums[told.order_id][_BACK, sku_id] += told.pieces
        sums[told.order_id][_SCRAPPED, sku_id] += told.scrapped
    for row in find_exchanged(ids).select_related("order_line"):
        sums[row.order_line.order_id][_SENT, row.sent_sku_id] += row.quantity
    return sums


def _sum_movements(ids: Collection[int]) -> Sums:
    rows = StockMovement.objects.filter(order_id__in=ids, kind__in=_KINDS).order_by()
    sums: Sums = defaultdict(Counter)
    for order_id, sku_id, kind, pieces in rows.values_list("order_id", "sku_id", "kind").annotate(
        pieces=Sum("on_hand_delta")
    ):
        what, sign = _NAMES[MovementKind(kind)]
        sums[order_id][what, sku_id] += sign * pieces
    return sums


@invariant("B9.5", "a parcel is of an after-sale exactly when it comes back or is an exchange")
def case_parcels_are_of_cases() -> Iterator[str]:
    is_back, is_exchange = Q(direction=Direction.BACK), Q(purpose=Purpose.EXCHANGE)
    wrong = (
        (is_back | is_exchange) & Q(case_number="")
        | is_back & is_exchange
        | ~is_back & ~is_exchange & ~Q(case_number="") & Q(turned_back_at=None)
    )
    for parcel in in_scope(Parcel.objects.filter(wrong), orders="lines__order_line__order"):
        yield f"parcel {parcel.pk} of case “{parcel.case_number}”"


@invariant("B12.4", "of a buyer who was erased no packing photo is left")
def erased_have_no_photos() -> Iterator[str]:
    order = "parcel__lines__order_line__order"
    photos = ParcelPhoto.objects.filter(**{f"{order}__customer__erased_at__isnull": False})
    for photo in in_scope(photos, orders=order).distinct():
        yield f"{photo}"
