"""The sheet of order lines: one row for each SKU of each order."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

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


def of_line(
    name: str, label: Any, field_name: str = "", convert: Callable[[Any], Any] | None = None
) -> Column:
    """A column of the line: one of its fields, `name` unless it is another, as `convert` writes it."""
    get = attrgetter(f"line.{field_name or name}")
    return column(name, label, (lambda row: convert(get(row))) if convert else get)


ABOUT_LINE: tuple[Column, ...] = (
    of_line("product", _("Product"), "product_name"),
    of_line("sku", _("Specification"), "sku_name"),
    of_line("sku_code", _("SKU code")),
    of_line("price_yuan", _("Price"), "price_fen", yuan),
    of_line("quantity", _("Quantity")),
    of_line("adjust_yuan", _("Price adjustment"), "adjust_fen", yuan),
    of_line("total_yuan", _("Line amount"), "total_fen", yuan),
    of_line("refunded_yuan", _("Refunded"), "refunded_fen", yuan),
    of_line("to_send", _("To send")),
    of_line("shipped", _("Pieces shipped")),
    of_line("cancelled", _("Pieces cancelled")),
    of_line("returned", _("Pieces returned")),
    of_line("short", _("Pieces short")),
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
