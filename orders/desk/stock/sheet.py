"""A stock-take as a sheet: one row per SKU, what was counted beside what the shop believed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.services.stocktake import Count, count_stock, plan_taking
from shop.actor import Actor
from shop.catalog.models import Sku
from shop.catalog.pages.forms import MAX_PIECES
from shop.catalog.product_sheet import CODE_COLUMN, find_skus, refuse_lost_zeros
from shop.catalog.selectors import list_skus
from shop.jobs.sheets.checking import CheckedRow, Fate, Unit
from shop.jobs.sheets.kinds import Places, SheetKind
from shop.sheets.columns import Column, WholeColumn
from shop.sheets.table import Table
from shop.words import fill

STOCK_COLUMNS: tuple[Column, ...] = (
    CODE_COLUMN,
    Column("product", _("Product"), ("商品", "商品名称", "Product"), fills_down=True),
    Column("name", _("Specification"), ("规格", "Specification")),
    WholeColumn("seen", _("On hand"), ("在库", "库存", "账面库存", "On hand"), most=10 * MAX_PIECES),
    WholeColumn(
        "counted",
        _("Pieces counted"),
        ("实盘数量", "盘点数量", "实际库存", "Counted"),
        is_required=True,
        most=MAX_PIECES,
    ),
)


@dataclass(frozen=True)
class Preview:
    """What a count would do to one SKU."""

    sku: Sku
    counted: int
    missing: int
    orders: int

    @property
    def delta(self) -> int:
        return self.counted - self.sku.on_hand


def preview_count(sku: Sku, counted: int) -> Preview:
    """How many reserved pieces would be missing, and from how many orders they would be taken."""
    takings = plan_taking(sku, counted)
    orders = {taking.order_id for taking in takings}
    return Preview(sku, counted, sum(taking.pieces for taking in takings), len(orders))


def check_stock_rows(table: Table) -> list[Unit]:
    rows = [CheckedRow(row) for row in table.rows]
    skus = find_skus(rows)
    first: dict[str, int] = {}
    units = [Unit([row], _check_row(row, skus, first)) for row in rows]
    refuse_lost_zeros([row for row in rows if "counted" in row.row.values], skus)
    for row in rows:
        if row.row.is_fine and "counted" in row.row.values and row.row.values["code"] not in skus:
            row.refuse(_("The shop has no SKU with this code."), _("SKU code"))
    return units


def _check_row(row: CheckedRow, skus: Mapping[str, Sku], first: dict[str, int]) -> Count | None:
    values = row.row.values
    if not row.row.is_fine or "counted" not in values:
        if row.row.is_fine:
            row.words.append(_("Not counted."))
        return None
    code = values["code"]
    if first.setdefault(code, row.row.number) != row.row.number:
        row.refuse(fill(_("Row %(row)d has the same code."), {"row": first[code]}), _("SKU code"))
        return None
    sku = skus.get(code)
    return _check_count(row, sku, values["counted"], values.get("seen")) if sku else None


def _check_count(row: CheckedRow, sku: Sku, counted: int, seen: int | None) -> Count | None:
    if counted == sku.on_hand:
        return None
    if seen is not None and seen != sku.on_hand:
        message = _("The stock has moved since the sheet was made: %(seen)d → %(now)d. Count it again.")
        row.refuse(fill(message, {"seen": seen, "now": sku.on_hand}), _("On hand"))
        return None
    row.fate = Fate.CHANGE
    row.words.append(fill(_("On hand: %(before)d → %(after)d."), {"before": sku.on_hand, "after": counted}))
    found = preview_count(sku, counted)
    if found.missing:
        words = {"pieces": found.missing, "orders": found.orders}
        missing = _("%(pieces)d reserved pieces are missing; orders affected: %(orders)d.")
        row.words.append(fill(missing, words))
    return Count(sku.pk, counted, sku.on_hand)


def apply_row(unit: Unit, actor: Actor) -> None:
    """Count one SKU in one transaction. Raises Refused as `count_stock` does."""
    count_stock([unit.plan], reason=gettext("Stock-take by sheet"), actor=actor)


STOCK = SheetKind(
    "stock.count",
    _("Stock-take by sheet"),
    "clipboard-list",
    "products.stock",
    STOCK_COLUMNS,
    check_stock_rows,
    apply_row,
    Places(
        _("One row per SKU with the pieces counted; rows without a count change nothing."),
        upload="stock:import",
        template="stock:export",
        back="stock:count",
        back_label=_("Stock-take"),
    ),
    key="code",
    shown=("product", "name"),
)


def list_stock_rows() -> Iterator[list[Any]]:
    """Every SKU with what is on hand, its count left blank."""
    for sku in list_skus().iterator(chunk_size=500):
        yield [sku.code, sku.product.name, sku.name, sku.on_hand, ""]
