"""Products as a sheet: one row per SKU, rows with one product name belong together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, Func, Value
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from shop.actor import Actor
from shop.catalog.models import LOW_AT, Product, Sku
from shop.catalog.pages.forms import LONGEST_DESCRIPTION, MAX_GRAMS, MAX_PIECES, MAX_PRICE_FEN, MAX_SKUS
from shop.catalog.selectors import is_only_barcode, is_only_code
from shop.catalog.services import NewSku, ProductChange, barcode_taken, change_product, create_product
from shop.freight.models import FreightTemplate
from shop.jobs.sheets.checking import CheckedRow, Fate, Unit
from shop.jobs.sheets.kinds import Places, SheetKind
from shop.money import format_fen
from shop.sheets.columns import CodeColumn, Column, DateColumn, MoneyColumn, WholeColumn, YesNoColumn
from shop.sheets.table import SheetRow, Table
from shop.words import fill

CODE_COLUMN = CodeColumn(
    "code",
    _("SKU code"),
    ("SKU编码", "编码", "商品编码", "货号", "SKU", "SKU code"),
    is_required=True,
    is_needed=True,
    max_length=40,
    is_known=is_only_code,
)
PRODUCT_COLUMNS: tuple[Column, ...] = (
    Column(
        "product",
        _("Product"),
        ("商品", "商品名称", "名称", "Product", "Name"),
        fills_down=True,
        max_length=120,
    ),
    Column("category", _("Category"), ("分类", "类目", "Category"), fills_down=True, max_length=60),
    CODE_COLUMN,
    Column("name", _("Specification"), ("规格", "Specification"), max_length=80),
    MoneyColumn("price_fen", _("Price (yuan)"), ("价格", "售价", "单价", "Price"), most_fen=MAX_PRICE_FEN),
    YesNoColumn("is_on_sale", _("On sale"), ("上架", "在售", "On sale")),
    DateColumn("ships_on", _("Presale, ships on"), ("预售发货日", "发货日期", "Ships on")),
    WholeColumn("low_at", _("Low at"), ("库存预警", "预警", "Low at"), most=MAX_PIECES),
    WholeColumn("weight_g", _("Weight (grams)"), ("重量", "克重", "Weight"), most=MAX_GRAMS),
    Column("shelf", _("Shelf"), ("货位", "Shelf"), max_length=20),
    CodeColumn(
        "barcode", _("Barcode"), ("条码", "商品条码", "Barcode"), max_length=40, is_known=is_only_barcode
    ),
    Column(
        "freight", _("Freight template"), ("运费模板", "Freight template"), fills_down=True, max_length=40
    ),
    WholeColumn("on_hand", _("Opening stock"), ("期初库存", "初始库存", "Opening stock"), most=MAX_PIECES),
    Column(
        "description",
        _("Description"),
        ("描述", "商品描述", "Description"),
        fills_down=True,
        max_length=LONGEST_DESCRIPTION,
    ),
)
_OF_PRODUCT = {
    "product": "name",
    "category": "category",
    "description": "description",
    "freight": "freight_template",
}
_LONGEST_SAID = 40
_OF_SKU = ("name", "price_fen", "is_on_sale", "low_at", "weight_g", "shelf", "barcode")


@dataclass
class Plan:
    """What is done to one product, None to a new one."""

    product: Product | None
    values: dict[str, Any]
    skus: dict[int, dict[str, Any]]
    added: list[NewSku]


def check_products(table: Table) -> list[Unit]:
    """Group the rows by product and say of each what it would do; five queries for the whole sheet."""
    rows = [CheckedRow(row) for row in table.rows]
    _refuse_twins(rows, "code", _("Row %(row)d has the same code."), _("SKU code"))
    _refuse_twins(rows, "barcode", _("Row %(row)d has the same barcode."), _("Barcode"))
    _find_templates(rows)
    skus = find_skus(rows)
    _refuse_taken_barcodes(rows)
    names = {row.row.values["product"] for row in rows if "product" in row.row.values}
    by_name: dict[str, list[Product]] = defaultdict(list)
    for product in Product.objects.select_related("freight_template").filter(name__in=names).order_by("pk"):
        by_name[product.name].append(product)
    groups: dict[Any, list[CheckedRow]] = defaultdict(list)
    for row in rows:
        groups[_find_owner(row, skus, by_name)].append(row)
    refuse_lost_zeros(rows, skus)
    counts = _count_skus(owner for owner in groups if isinstance(owner, Product))
    return [_plan(owner, group, skus, counts) for owner, group in groups.items()]


def _count_skus(products: Iterable[Product]) -> dict[int, int]:
    """Product id → how many SKUs it has; one query."""
    rows = Sku.objects.filter(product__in=list(products)).order_by("product_id")
    return dict(rows.values_list("product_id").annotate(Count("pk")))


def _refuse_twins(rows: Sequence[CheckedRow], name: str, message: Any, header: Any) -> None:
    first: dict[str, int] = {}
    for row in rows:
        value = row.row.values.get(name)
        if value is None:
            continue
        if value in first:
            row.refuse(fill(message, {"row": first[value]}), header)
        first.setdefault(value, row.row.number)


def _find_templates(rows: Sequence[CheckedRow]) -> None:
    """Put the freight templates in the place of their names; one query."""
    names = {row.row.values["freight"] for row in rows if "freight" in row.row.values}
    found = {template.name: template for template in FreightTemplate.objects.filter(name__in=names)}
    for row in rows:
        if (name := row.row.values.get("freight")) is None:
            continue
        row.row.values["freight"] = found.get(name)
        if name not in found:
            row.refuse(_("There is no freight template of this name."), _("Freight template"))


def _refuse_taken_barcodes(rows: Sequence[CheckedRow]) -> None:
    """Refuse barcodes of SKUs of which the sheet says something else; one query."""
    named = [row for row in rows if row.row.values.get("barcode") and "code" in row.row.values]
    barcodes = {row.row.values["barcode"] for row in named}
    holders = {sku.barcode: sku for sku in Sku.objects.select_related("product").filter(barcode__in=barcodes)}
    for row in named:
        code, barcode = row.row.values["code"], row.row.values["barcode"]
        if (other := holders.get(barcode)) and other.code != code:
            row.refuse(barcode_taken(barcode, other, code=code).message, _("Barcode"))


def find_skus(rows: Sequence[CheckedRow]) -> dict[str, Sku]:
    """Code → the SKU that the shop has, for the codes of the rows; one query."""
    codes = [row.row.values["code"] for row in rows if "code" in row.row.values]
    return {
        sku.code: sku
        for sku in Sku.objects.select_related("product__freight_template").filter(code__in=codes)
    }


def refuse_lost_zeros(rows: Sequence[CheckedRow], skus: Mapping[str, Sku]) -> None:
    """Refuse unknown codes of digits that the shop knows with zeros before them, which Excel takes away; one query."""
    codes = [row.row.values.get("code", "") for row in rows]
    unknown = {code for code in codes if code.isdecimal() and code not in skus}
    if not unknown:
        return
    bare = Func("code", Value("0"), function="LTRIM", output_field=CharField())
    with_zeros = Sku.objects.filter(code__startswith="0").annotate(bare=bare).filter(bare__in=unknown)
    twins = dict(with_zeros.values_list("bare", "code"))
    message = _("The shop has %(code)s. Excel took the zeros: format the column as text and type it again.")
    for row, code in zip(rows, codes, strict=True):
        if code in twins:
            row.refuse(fill(message, {"code": twins[code]}), _("SKU code"))


def _find_owner(row: CheckedRow, skus: dict[str, Sku], by_name: dict[str, list[Product]]) -> Any:
    """The product a row belongs to, the name of a new one, or the row itself when it cannot be told."""
    values = row.row.values
    if not row.row.is_fine or "code" not in values:
        name = values.get("product")
        sku = skus.get(values.get("code", ""))
        owners = by_name.get(name or "", [])
        return sku.product if sku else owners[0] if len(owners) == 1 else name or row.row.number
    if sku := skus.get(values["code"]):
        return sku.product
    row.fate = Fate.ADD
    for name, header in (
        ("product", _("Product")),
        ("name", _("Specification")),
        ("price_fen", _("Price (yuan)")),
    ):
        if name not in values:
            row.refuse(_("A new SKU needs this."), header)
    owners = by_name.get(values.get("product", ""), [])
    if len(owners) > 1:
        row.refuse(
            _("Several products have this name. Add the SKU on the page of its product."), _("Product")
        )
        return row.row.number
    return owners[0] if owners else values.get("product", row.row.number)


def _plan(owner: Any, rows: list[CheckedRow], skus: dict[str, Sku], counts: dict[int, int]) -> Unit:
    product = owner if isinstance(owner, Product) else None
    count = counts.get(product.pk, 0) if product else 0
    plan = Plan(product, _merge_product(rows), {}, [])
    for row in rows:
        if not row.row.is_fine:
            continue
        sku = skus.get(row.row.values["code"])
        if sku is None:
            plan.added.append(_make_new(row.row))
            row.words.append(_("New SKU.") if product else _("New product."))
        else:
            plan.skus[sku.pk] = _sku_values(row, sku)
    if product:
        _describe(product, plan.values, rows[:1])
    if plan.added and count + len(plan.added) > MAX_SKUS:
        rows[0].refuse(fill(_("At most %(most)d SKUs in one product."), {"most": MAX_SKUS}))
    return Unit(rows, plan)


def _merge_product(rows: list[CheckedRow]) -> dict[str, Any]:
    """The product's own columns out of its rows, which must not contradict each other."""
    merged: dict[str, Any] = {}
    origin: dict[str, int] = {}
    for row in rows:
        for column, name in _OF_PRODUCT.items():
            value = row.row.values.get(column)
            if value is None:
                continue
            if merged.setdefault(name, value) != value:
                header = next(c.header for c in PRODUCT_COLUMNS if c.name == column)
                row.refuse(
                    fill(_("Row %(row)d of the same product says otherwise."), {"row": origin[name]}), header
                )
            origin.setdefault(name, row.row.number)
    return merged


def _make_new(row: SheetRow) -> NewSku:
    values = row.values
    return NewSku(
        code=values["code"],
        name=values["name"],
        price_fen=values["price_fen"],
        on_hand=values.get("on_hand", 0),
        is_on_sale=values.get("is_on_sale", True),
        ships_on=values.get("ships_on"),
        low_at=values.get("low_at", LOW_AT),
        weight_g=values.get("weight_g", 0),
        shelf=values.get("shelf", ""),
        barcode=values.get("barcode", ""),
    )


def _sku_values(row: CheckedRow, sku: Sku) -> dict[str, Any]:
    values = {name: row.row.values[name] for name in _OF_SKU if name in row.row.values}
    if "ships_on" in row.row.values:
        day = row.row.values["ships_on"]
        values |= {"ships_on": day, "is_presale": day is not None}
    _describe(sku, values, [row])
    return values


def _describe(thing: Product | Sku, values: dict[str, Any], rows: list[CheckedRow]) -> None:
    """Say on the rows which values change, from what to what."""
    for name, value in values.items():
        was = getattr(thing, name)
        if was == value or name == "is_presale":
            continue
        label = capfirst(getattr(type(thing)._meta.get_field(name), "verbose_name", name))
        words = {"label": label, "before": _say(name, was), "after": _say(name, value)}
        unsaid = [text for text in (str(was), str(value)) if len(text) > _LONGEST_SAID]
        for row in rows:
            row.unsaid += unsaid
            row.words.append(fill(_("%(label)s: %(before)s → %(after)s"), words))
            if row.fate == Fate.SAME:
                row.fate = Fate.CHANGE


def _say(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in (None, ""):
        return "–"
    text = format_fen(value) if name.endswith("_fen") else str(value)
    return text if len(text) <= _LONGEST_SAID else f"{text[:_LONGEST_SAID]}…"


def apply_row(unit: Unit, actor: Actor) -> None:
    """Apply all rows of one product in one transaction. Raises Refused as the services of products do."""
    plan: Plan = unit.plan
    if plan.product is None:
        create_product(plan.values, skus=plan.added, actor=actor)
    else:
        change = ProductChange(plan.values, plan.skus, plan.added)
        change_product(plan.product.pk, change, actor=actor, expected_version=plan.product.version)


PRODUCTS = SheetKind(
    "products.import",
    _("Import products"),
    "upload",
    "products.edit",
    PRODUCT_COLUMNS,
    check_products,
    apply_row,
    Places(
        _("One row per SKU. Rows with the same product name belong together; blank cells change nothing."),
        upload="catalog:import",
        template="catalog:export",
        back="catalog:list",
        back_label=_("Products"),
    ),
    key="code",
    shown=("product", "name"),
)


def list_product_rows() -> Iterator[list[Any]]:
    """Every SKU as a row of the sheet, newest product first; what is exported imports as "nothing changes"."""
    skus = Sku.objects.select_related("product__freight_template").order_by("-product_id", "pk")
    for sku in skus.iterator(chunk_size=500):
        product = sku.product
        yield [
            product.name,
            product.category,
            sku.code,
            sku.name,
            f"{sku.price_fen / 100:.2f}",
            str(_("yes") if sku.is_on_sale else _("no")),
            sku.ships_on,
            sku.low_at,
            sku.weight_g,
            sku.shelf,
            sku.barcode,
            product.freight_template.name if product.freight_template else "",
            "",
            product.description,
        ]
