"""What the shop knows of the orders and numbers of a sheet, read in a few queries however many rows it has."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from orders.models import Order, OrderLine
from orders.scope import orders_in_scope
from orders.shipping.models import Direction, FormerNumber, ParcelLine, ParcelState, Purpose
from orders.stages import TO_SHIP
from orders.waybills.models import HELD, HOLDING, Waybill
from shop.actor import Actor

_COLUMNS = (
    *("number", "customer_id", "source", "stage", "close_reason", "delivery", "pay_method", "version"),
    *("payable_fen", "paid_fen", "pieces_shipped", "is_held", "hold_reason", "has_label", "aftersale_mark"),
    *("destination", "bundle", "customer__secret"),
)
_ASKED_AT_ONCE = 2000


@dataclass
class Line:
    """A line with goods that are not sent yet; `taken` are the pieces that rows of the sheet send."""

    pk: int
    code: str
    name: str
    left: int
    short: int
    taken: int = 0

    @property
    def free(self) -> int:
        return self.left - self.taken


@dataclass
class Sent:
    """A live parcel under a number: what of which orders it holds."""

    pk: int
    courier: str
    state: str
    is_joinable: bool
    pieces: dict[int, dict[str, int]] = field(default_factory=dict)
    orders: dict[int, str] = field(default_factory=dict)
    destinations: set[int] = field(default_factory=set)


@dataclass
class Facts:
    """Orders by number, and what is known of them by id; parcels and e-waybills by tracking number."""

    orders: dict[str, Order] = field(default_factory=dict)
    lines: dict[int, list[Line]] = field(default_factory=lambda: defaultdict(list))
    sent: dict[str, list[Sent]] = field(default_factory=lambda: defaultdict(list))
    sent_of: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    replaced: dict[tuple[int, str], str] = field(default_factory=dict)
    waybills: dict[str, list[Waybill]] = field(default_factory=lambda: defaultdict(list))
    held: list[Waybill] = field(default_factory=list)
    companions: dict[int, list[Order]] = field(default_factory=lambda: defaultdict(list))

    def list_held(self, order: Order) -> list[Waybill]:
        """The e-waybills that wait for a parcel of this order, those of all that goes with it included."""
        return [
            waybill
            for waybill in self.held
            if waybill.order_id == order.pk or (order.bundle and waybill.bundle == order.bundle)
        ]

    def list_companions(self, order: Order) -> list[Order]:
        """What is to go in one parcel with it."""
        return [other for other in self.companions[order.bundle or 0] if other.pk != order.pk]


def read_facts(numbers: Collection[str], tracking: Collection[str], actor: Actor) -> Facts:
    """What there is to know of the actor's orders with these numbers, and of these tracking numbers."""
    facts = Facts()
    for part in _split(numbers):
        found = orders_in_scope(actor).filter(number__in=part).select_related("customer").only(*_COLUMNS)
        facts.orders |= {order.number: order for order in found}
    orders = list(facts.orders.values())
    _read_lines(facts, [order.pk for order in orders if order.stage in TO_SHIP])
    for part in _split(tracking):
        _read_sent(facts, part)
        _read_waybills(facts, part)
    shipped = [order.pk for order in orders if order.pieces_shipped]
    _read_replaced(facts, shipped, tracking)
    _read_numbers(facts, [pk for pk in shipped if pk not in facts.lines])
    _read_held(facts, [order for order in orders if order.has_label and order.stage in TO_SHIP])
    _read_companions(facts, {order.bundle for order in orders if order.bundle}, actor)
    return facts


def list_twins(numbers: Collection[str], actor: Actor) -> set[str]:
    """Of these numbers of orders those of which another one differs in its last digits alone."""
    alike = Q()
    for number in numbers:
        alike |= Q(number__startswith=number[:15])
    found = orders_in_scope(actor).filter(alike).values_list("number", flat=True) if numbers else ()
    heads = [number[:15] for number in found]
    return {number for number in numbers if heads.count(number[:15]) > 1}


def _split(items: Iterable[str]) -> Iterable[list[str]]:
    rest = sorted(items)
    return (rest[at : at + _ASKED_AT_ONCE] for at in range(0, len(rest), _ASKED_AT_ONCE))


def _read_lines(facts: Facts, order_ids: list[int]) -> None:
    rows = (
        OrderLine.objects.filter(order__in=order_ids).order_by("pk")
        if order_ids
        else OrderLine.objects.none()
    )
    names = ("order_id", "pk", "sku__code", "product_name", "quantity", "cancelled", "shipped", "short")
    for order_id, pk, code, name, quantity, cancelled, shipped, short in rows.values_list(*names):
        if left := quantity - cancelled - shipped:
            facts.lines[order_id].append(Line(pk, code, name, left, short))


def _read_sent(facts: Facts, tracking: list[str]) -> None:
    live = ParcelLine.objects.filter(parcel__tracking_no__in=tracking, parcel__direction=Direction.OUT)
    live = live.exclude(parcel__state=ParcelState.UNDONE).exclude(parcel__tracking_no="")
    found: dict[int, Sent] = {}
    rows = live.select_related("parcel", "order_line__order", "order_line__sku").only(
        *("quantity", "parcel__courier", "parcel__tracking_no", "parcel__state", "parcel__has_moved"),
        "parcel__purpose",
        *("order_line__order__number", "order_line__order__destination", "order_line__sku__code"),
    )
    for row in rows.order_by("pk"):
        parcel, order, code = row.parcel, row.order_line.order, row.order_line.sku.code
        if parcel.pk not in found:
            is_here = parcel.state == ParcelState.SENT and not parcel.has_moved
            may_join = is_here and parcel.purpose == Purpose.ORDER
            found[parcel.pk] = Sent(parcel.pk, parcel.courier, parcel.state, may_join)
            facts.sent[parcel.tracking_no].append(found[parcel.pk])
        sent = found[parcel.pk]
        pieces = sent.pieces.setdefault(order.pk, {})
        pieces[code] = pieces.get(code, 0) + row.quantity
        sent.orders[order.pk] = order.number
        sent.destinations.add(order.destination)


def _read_waybills(facts: Facts, tracking: list[str]) -> None:
    rows = Waybill.objects.filter(state__in=HOLDING, tracking_no__in=tracking).exclude(tracking_no="")
    for waybill in rows.select_related("order").only(*_OF_WAYBILL, "order__number"):
        facts.waybills[waybill.tracking_no].append(waybill)


_OF_WAYBILL = ("order_id", "bundle", "state", "courier", "tracking_no")


def _read_replaced(facts: Facts, order_ids: list[int], tracking: Collection[str]) -> None:
    """Numbers that parcels of these orders had before, of which the sheet still speaks."""
    if not order_ids:
        return
    rows = FormerNumber.objects.filter(parcel__lines__order_line__order__in=order_ids)
    names = ("parcel__lines__order_line__order_id", "tracking_no", "parcel__tracking_no")
    facts.replaced = {(pk, old): new for pk, old, new in rows.values_list(*names) if old in tracking}


def _read_numbers(facts: Facts, order_ids: list[int]) -> None:
    """The numbers under which went what nothing is left of."""
    if not order_ids:
        return
    rows = ParcelLine.objects.filter(order_line__order__in=order_ids, parcel__direction=Direction.OUT)
    rows = rows.filter(parcel__purpose=Purpose.ORDER).exclude(parcel__state=ParcelState.UNDONE)
    rows = rows.exclude(parcel__tracking_no="").order_by("pk")
    for pk, number in rows.values_list("order_line__order_id", "parcel__tracking_no"):
        if number not in facts.sent_of[pk]:
            facts.sent_of[pk].append(number)


def _read_held(facts: Facts, orders: list[Order]) -> None:
    if not orders:
        return
    bundles = [order.bundle for order in orders if order.bundle]
    theirs = Q(order__in=[order.pk for order in orders]) | Q(bundle__in=bundles)
    facts.held = list(Waybill.objects.filter(HELD, theirs).only(*_OF_WAYBILL))


def _read_companions(facts: Facts, bundles: set[int], actor: Actor) -> None:
    if not bundles:
        return
    together = orders_in_scope(actor).filter(bundle__in=bundles, stage__in=TO_SHIP).only("number", "bundle")
    for order in together.order_by("pk"):
        facts.companions[order.bundle or 0].append(order)
