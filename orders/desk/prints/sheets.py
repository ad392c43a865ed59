"""One order as its printed documents show it. Personal data leaves here masked."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from orders.desk.prints.codes import draw_code128, draw_qr
from orders.models import Order, OrderLine
from orders.scope import orders_in_scope
from orders.selectors import with_secrets
from orders.services.printing import Document
from orders.stages import Stage
from shop.access import has_capability
from shop.actor import Actor
from shop.crypto import mask_address, mask_name, mask_phone
from shop.store.choices import Delivery, PayMethod


@dataclass(frozen=True)
class Sheet:
    """What is printed of one order: `copies` is the number of this copy, `street` as much of it as may be read."""

    order: Order
    lines: list[OrderLine]
    copies: int
    street: str

    @property
    def recipient(self) -> str:
        return mask_name(self.order.recipient)

    @property
    def phone(self) -> str:
        return mask_phone(self.order.phone)

    @property
    def barcode(self) -> SafeString:
        return draw_code128(self.order.number)

    @property
    def qr(self) -> SafeString:
        return draw_qr(self.order.number)

    @property
    def to_pack(self) -> list[OrderLine]:
        """The lines of which something is still to be sent."""
        return [line for line in self.lines if line.to_send]

    @property
    def delivery(self) -> Any:
        return Delivery(self.order.delivery).label

    @property
    def pay_method(self) -> Any:
        return PayMethod(self.order.pay_method).label

    @property
    def is_cash(self) -> bool:
        """Whether whoever hands the goods over takes money for them."""
        return bool(self.order.owed_fen) and self.order.pay_method == PayMethod.COD

    @property
    def adjusted_fen(self) -> int:
        """What price changes and cancelled goods did to the list price."""
        return self.order.payable_fen - self.order.goods_fen - self.order.freight_fen

    @cached_property
    def marks(self) -> list[str]:
        """What whoever holds the paper must not overlook."""
        stops = {Stage.CLOSED: _("Closed – do not send"), Stage.UNPAID: _("Not paid – do not send")}
        found = (
            _("Test order") if self.order.is_test else "",
            stops.get(Stage(self.order.stage), ""),
            _("On hold – do not send") if self.order.is_held else "",
            _("Reprint %(n)d") % {"n": self.copies} if self.copies > 1 else "",
        )
        return [mark for mark in found if mark]


def load_orders(ids: Iterable[int], *, actor: Actor) -> list[Order]:
    """The actor's orders of these ids, oldest first; one query."""
    return list(with_secrets(orders_in_scope(actor)).filter(pk__in=list(ids)).order_by("pk"))


def map_lines(orders: Iterable[Order]) -> dict[int, list[OrderLine]]:
    """Order id → its lines with their SKUs; one query."""
    found: dict[int, list[OrderLine]] = {}
    lines = OrderLine.objects.select_related("sku").filter(order_id__in=[order.pk for order in orders])
    for line in lines.order_by("id"):
        found.setdefault(line.order_id, []).append(line)
    return found


def make_sheet(
    order: Order, lines: list[OrderLine], *, document: Document, copies: int, actor: Actor
) -> Sheet:
    """The order as this document shows it."""
    return Sheet(order, lines, copies, _read_street(order, document, actor))


def _read_street(order: Order, document: Document, actor: Actor) -> str:
    """Whole on the delivery note of own delivery alone: no label tells our driver where to ring."""
    is_needed = document is Document.DELIVERY_NOTE and order.delivery == Delivery.LOCAL
    may_read = is_needed and has_capability(actor, "orders.reveal")
    return str(order.address_detail) if may_read else mask_address(order.address_detail)
