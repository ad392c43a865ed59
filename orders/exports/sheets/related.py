"""What stands beside orders, read for a whole batch of them by one query each."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count

from orders.exports.sheets.base import Source
from orders.invoices.models import InvoiceRequest
from orders.invoices.selectors import map_newest
from orders.models import Note, Order, OrderLine
from orders.payments.models import Payment, Refund
from orders.shipping.models import HANDED_OVER, Direction, Parcel, ParcelLine
from pickup.models import Verification
from pickup.selectors import list_of_orders
from shop.customers.models import Customer
from shop.database.among import IsAmong
from shop.database.narrow import make_narrow
from shop.store.models import PickupStore

LINES, PARCELS, PAYMENTS, REFUNDS, NOTES = "lines", "parcels", "payments", "refunds", "notes"
INVOICES = "invoices"
"""The last one of each order; what it says in words needs SECRET beside it."""
STORE, HANDED_OUT = "store", "handed_out"
"""Of what is picked up: the name of the store, and its verifications that count."""
SECRET, BUYER = "secret", "buyer"
"""Of the buyer: what opens the sealed values of the order; that and the nickname."""


@dataclass(slots=True)
class SoldLine:
    """What sheets tell of an order's line, in pieces and fen; a model for each takes longer than its whole row."""

    order_id: int
    product_name: str
    sku_name: str
    sku_code: str
    price_fen: int
    quantity: int
    adjust_fen: int
    refunded_fen: int
    shipped: int
    cancelled: int
    returned: int
    short: int

    @property
    def total_fen(self) -> int:
        return self.price_fen * self.quantity + self.adjust_fen

    @property
    def to_send(self) -> int:
        return self.quantity - self.cancelled - self.shipped


_LINE = tuple("sku__code" if name == "sku_code" else name for name in SoldLine.__slots__)


@dataclass(slots=True)
class Beside:
    """An order with what was asked for beside it; what was not is empty."""

    order: Order
    lines: list[SoldLine] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    notes: int = 0
    invoice: InvoiceRequest | None = None
    store: str = ""
    handed_out: list[Verification] = field(default_factory=list)


def read_beside(source: Source, *more: str) -> list[Beside]:
    """The orders of a batch, oldest first, with what their columns need and `more`; few queries for each of these."""
    needs = {*source.needs, *more}
    found = {order.pk: Beside(order) for order in _read_orders(source, needs)}
    for name in needs:
        if name in _READERS:
            _READERS[name](found)
    return list(found.values())


def _read_orders(source: Source, needs: set[str]) -> Iterator[Order]:
    fields = tuple({"id", "number", "stage", "is_held", "customer_id", *source.fields})
    of_buyer = ("secret", "nickname") if BUYER in needs else ("secret",) if SECRET in needs else ()
    orders = source.seen.filter(IsAmong("pk", source.ids)).order_by("pk")
    buyer = Order._meta.get_field("customer")
    for row in orders.values_list(*fields, *(f"customer__{name}" for name in of_buyer)):
        order = make_narrow(Order, fields, row)
        if of_buyer:
            buyer.set_cached_value(order, make_narrow(Customer, of_buyer, row[len(fields) :]))
        yield order


def _read_lines(found: dict[int, Beside]) -> None:
    lines = OrderLine.objects.filter(IsAmong("order_id", found)).order_by("pk")
    for row in lines.values_list(*_LINE):
        found[row[0]].lines.append(SoldLine(*row))


def _read_parcels(found: dict[int, Beside]) -> None:
    for order_id, parcels in map_parcels(list(found)).items():
        found[order_id].parcels = parcels


def map_parcels(order_ids: Sequence[int]) -> dict[int, list[Parcel]]:
    """Order id → the parcels to its buyer that were handed over, the first made first; two queries."""
    pairs = sorted(
        set(
            ParcelLine.objects.filter(
                IsAmong("order_line__order_id", order_ids),
                parcel__state__in=HANDED_OVER,
                parcel__direction=Direction.OUT,
            ).values_list("order_line__order_id", "parcel_id")
        )
    )
    parcels = Parcel.objects.in_bulk({parcel_id for _order_id, parcel_id in pairs})
    mapped: dict[int, list[Parcel]] = defaultdict(list)
    for order_id, parcel_id in pairs:
        mapped[order_id].append(parcels[parcel_id])
    return mapped


def _read_payments(found: dict[int, Beside]) -> None:
    for payment in _of_orders(Payment, found).select_related("attempt"):
        found[payment.order_id].payments.append(payment)


def _read_refunds(found: dict[int, Beside]) -> None:
    for refund in _of_orders(Refund, found):
        found[refund.order_id].refunds.append(refund)


def _of_orders(model: Any, found: dict[int, Beside]) -> Any:
    return model.objects.filter(IsAmong("order_id", found)).order_by("pk")


def _count_notes(found: dict[int, Beside]) -> None:
    notes = Note.objects.filter(IsAmong("order_id", found)).order_by().values_list("order_id")
    for order_id, count in notes.annotate(n=Count("pk")):
        found[order_id].notes = count


def _read_invoices(found: dict[int, Beside]) -> None:
    for order_id, invoice in map_newest(found).items():
        invoice.order = found[order_id].order
        found[order_id].invoice = invoice


def _read_stores(found: dict[int, Beside]) -> None:
    names = dict(PickupStore.objects.values_list("pk", "name"))
    for beside in found.values():
        beside.store = names.get(beside.order.pickup_store_id or 0, "")


def _read_verifications(found: dict[int, Beside]) -> None:
    for row in list_of_orders(found).filter(undone_at=None):
        found[row.order_id].handed_out.append(row)


_READERS: dict[str, Callable[[dict[int, Beside]], None]] = {
    LINES: _read_lines,
    PARCELS: _read_parcels,
    PAYMENTS: _read_payments,
    REFUNDS: _read_refunds,
    NOTES: _count_notes,
    INVOICES: _read_invoices,
    STORE: _read_stores,
    HANDED_OUT: _read_verifications,
}
