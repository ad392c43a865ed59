"""The kinds of sheets: their columns, and how rows are read for them."""

from collections.abc import Iterable

from orders.exports.models import SheetKind
from orders.exports.sheets.aftersales import AFTERSALES
from orders.exports.sheets.base import Sheet
from orders.exports.sheets.buyers import BUYERS
from orders.exports.sheets.delivery import DELIVERY
from orders.exports.sheets.handed_out import VERIFICATIONS
from orders.exports.sheets.lines import LINES
from orders.exports.sheets.money import MONEY
from orders.exports.sheets.orders import ORDERS
from orders.exports.sheets.parcels import PARCELS
from orders.exports.sheets.refunds import REFUNDS

SHEETS: dict[str, Sheet] = {
    SheetKind.ORDERS: ORDERS,
    SheetKind.LINES: LINES,
    SheetKind.PARCELS: PARCELS,
    SheetKind.BUYERS: BUYERS,
    SheetKind.MONEY: MONEY,
    SheetKind.REFUNDS: REFUNDS,
    SheetKind.AFTERSALES: AFTERSALES,
    SheetKind.DELIVERY: DELIVERY,
    SheetKind.HANDED_OUT: VERIFICATIONS,
}


def name_columns(names: Iterable[str]) -> list[str]:
    """What columns are called, whatever their sheet; one that there is no more by its own name."""
    labels = {name: column.label for sheet in SHEETS.values() for name, column in sheet.columns.items()}
    return [str(labels.get(name, name)) for name in names]
