"""The sheet of order lines: one row for each SKU of each order."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from orders.exports.sheets.base import Column, Sheet, Source, by_name, column, yuan
from orders.exports.sheets.orders import ABOUT_ORDER
from orders.exports.sheets.related import LINES as ITS_LINES
from orders.exports.sheets.related import SoldLine, read_beside
from orders.models import Order


@dataclass(slots=True)
class LineRow:
    order: Order
    line: SoldLine


ABOUT_LINE: tuple[Column, ...] = (
    column("product", _("Product"), lambda row: row.line.product_name),
    column("sku", _("Specification"), lambda row: row.line.sku_name),
    column("sku_code", _("SKU code"), lambda row: row.line.sku_code),
    column("price_yuan", _("Price"), lambda row: yuan(row.line.price_fen)),
    column("quantity", _("Quantity"), lambda row: row.line.quantity),
    column("adjust_yuan", _("Price adjustment"), lambda row: yuan(row.line.adjust_fen)),
    column("total_yuan", _("Line amount"), lambda row: yuan(row.line.total_fen)),
    column("refunded_yuan", _("Refunded"), lambda row: yuan(row.line.refunded_fen)),
    column("to_send", _("To send"), lambda row: row.line.to_send),
    column("shipped", _("Pieces shipped"), lambda row: row.line.shipped),
    column("cancelled", _("Pieces cancelled"), lambda row: row.line.cancelled),
    column("returned", _("Pieces returned"), lambda row: row.line.returned),
    column("short", _("Pieces short"), lambda row: row.line.short),
)


def read_lines(source: Source) -> Iterator[LineRow]:
    """Line by line, with the order of each."""
    for beside in read_beside(source, ITS_LINES):
        for line in beside.lines:
            yield LineRow(beside.order, line)


LINES = Sheet(
    _("Order lines"),
    by_name(*ABOUT_ORDER, *ABOUT_LINE),
    (
        *("number", "stage", "placed_at", "paid_at", "product", "sku", "sku_code", "price_yuan", "quantity"),
        *("total_yuan", "refunded_yuan", "recipient", "province", "city"),
    ),
    read_lines,
)
