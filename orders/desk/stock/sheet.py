"""A stock-take as a sheet: one row per SKU, what was counted beside what the shop believed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from orders.services.stocktake import Count, count_stock, plan_taking
from shop.actor import Actor
from shop.catalog.forms import MAX_PIECES
from shop.catalog.models import Sku
from shop.catalog.product_sheet import refuse_lost_zeros
from shop.catalog.selectors import is_only_code, list_skus
from shop.catalog.uploads import CheckedRow, Fate, SheetKind, Unit
from shop.sheets.columns import CodeColumn, Column, WholeColumn
from shop.sheets.sentences import tell
from shop.sheets.table import Table

STOCK_COLUMNS: tuple[Column, ...] = (
    CodeColumn(
        "code",
        _("SKU code"),
        ("SKU编码", "编码", "商品编码", "货号", "SKU", "SKU code"),
        is_required=True,
        is_needed=True,
        max_length=40,
        is_known=is_only_code,
    ),
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
    codes = [row.row.values["code"] for row in rows if "code" in row.row.values]
    skus = {sku.code: sku for sku in Sku.objects.select_related("product").filter(code__in=codes)}
    first: dict[str, int] = {}
    return [Unit([row], _check_row(row, skus, first)) for row in rows]


def _check_row(row: CheckedRow, skus: Mapping[str, Sku], first: dict[str, int]) -> Count | None:
    values = row.row.values
    if not row.row.is_fine or "counted" not in values:
        if row.row.is_fine:
            row.words.append(_("Not counted."))
        return None
    code = values["code"]
    if first.setdefault(code, row.row.number) != row.row.number:
        message = gettext_noop("Row %(row)d has the same code.")
        row.refuse(tell(message, row=first[code]), _("SKU code"))
        return None
    sku = skus.get(code)
    if sku is None:
        refuse_lost_zeros(row)
        if not row.problems:
            row.refuse(_("The shop has no SKU with this code."), _("SKU code"))
        return None
    return _check_count(row, sku, values["counted"], values.get("seen"))


def _check_count(row: CheckedRow, sku: Sku, counted: int, seen: int | None) -> Count | None:
    if counted == sku.on_hand:
        return None
    if seen is not None and seen != sku.on_hand:
        message = gettext_noop(
            "The stock has moved since the sheet was made: %(seen)d → %(now)d. Count it again."
        )
        row.refuse(tell(message, seen=seen, now=sku.on_hand), _("On hand"))
        return None
    row.fate = Fate.CHANGE
    row.words.append(
        tell(gettext_noop("On hand: %(before)d → %(after)d."), before=sku.on_hand, after=counted)
    )
    found = preview_count(sku, counted)
    if found.missing:
        message = gettext_noop("%(pieces)d reserved pieces are missing; orders affected: %(orders)d.")
        row.words.append(tell(message, pieces=found.missing, orders=found.orders))
    return Count(sku.pk, counted, sku.on_hand)


def apply_row(unit: Unit, actor: Actor) -> None:
    """Count one SKU in one transaction. Raises Refused as `count_stock` does."""
    count_stock([unit.plan], reason=gettext("Stock-take by sheet"), actor=actor)


STOCK = SheetKind("stock", "products.stock", STOCK_COLUMNS, check_stock_rows, apply_row)


def list_stock_rows() -> Iterator[list[Any]]:
    """Every SKU with what is on hand, its count left blank."""
    for sku in list_skus().iterator(chunk_size=500):
        yield [sku.code, sku.product.name, sku.name, sku.on_hand, ""]
