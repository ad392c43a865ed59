"""One order as the browser prints it, with codes for scanners."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.utils.safestring import SafeString

from orders.models import Order, OrderLine
from orders.scope import orders_in_scope
from orders.selectors import with_secrets
from orders.services.printing import Document
from orders.services.sheets import Sheet, mask_street
from shop.access import has_capability
from shop.actor import Actor
from shop.console.codes import draw_code128, draw_qr
from shop.store.choices import Delivery


@dataclass(frozen=True)
class DrawnSheet(Sheet):
    """A sheet with its order's number as bars and as a square."""

    @property
    def barcode(self) -> SafeString:
        return draw_code128(self.order.number)

    @property
    def qr(self) -> SafeString:
        return draw_qr(self.order.number)


def load_orders(ids: Iterable[int], *, actor: Actor) -> list[Order]:
    """The actor's orders of these ids, oldest first; one query."""
    found = list(with_secrets(orders_in_scope(actor)).filter(pk__in=list(ids)).order_by("pk"))
    if any(order.pickup_store_id for order in found):
        prefetch_related_objects(found, "pickup_store")
    return found


def map_lines(orders: Iterable[Order]) -> dict[int, list[OrderLine]]:
    """Order id → its lines with their SKUs; one query."""
    found: dict[int, list[OrderLine]] = {}
    lines = OrderLine.objects.select_related("sku").filter(order_id__in=[order.pk for order in orders])
    for line in lines.order_by("id"):
        found.setdefault(line.order_id, []).append(line)
    return found


def make_sheet(
    order: Order,
    lines: list[OrderLine],
    *,
    document: Document,
    copies: int,
    is_postponed: bool,
    companions: Sequence[str] = (),
    actor: Actor,
) -> DrawnSheet:
    """The order as this document shows it."""
    return DrawnSheet(
        order, lines, copies, _read_street(order, document, actor), is_postponed, tuple(companions)
    )


def _read_street(order: Order, document: Document, actor: Actor) -> str:
    """Whole on the delivery note of own delivery alone: no label tells our driver where to ring."""
    is_needed = document is Document.DELIVERY_NOTE and order.delivery == Delivery.LOCAL
    may_read = is_needed and has_capability(actor, "orders.reveal")
    return str(order.address_detail) if may_read else mask_street(order)
