"""What may happen to products and their SKUs."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop.catalog import telling as telling  # with the tables, whatever tells them
from shop.catalog.models import Product, Sku
from shop.moves.table import BY_SHOP, BY_SYSTEM, COLUMNS, Subject, register, stateless

_ADDED = {"name": str, "added": list[str]}
_CHANGED = COLUMNS | {"skus": dict[str, object], "added": list[str], "pictures": int}
_LEVEL = {"code": str, "name": str, "sellable": int, "low_at": int}
_COUNTED = {"before": int, "after": int, "reason": str, "taken": dict[str, int]}

PRODUCTS = register(
    Subject(
        Product,
        _("Product"),
        (
            stateless("product.add", _("Product added"), BY_SHOP, "products.edit", facts=_ADDED),
            stateless("product.change", _("Product changed"), BY_SHOP, "products.edit", facts=_CHANGED),
        ),
        _("There is no such product."),
        url=lambda product: reverse("catalog:product", args=[product.pk]),
    )
)


def _open_sku(sku: Sku) -> str:
    return f"{reverse('catalog:product', args=[sku.product_id])}?sku={sku.pk}"


SKUS = register(
    Subject(
        Sku,
        _("SKU"),
        (
            stateless("sku.change", _("SKU changed"), BY_SHOP, "products.edit", facts=COLUMNS),
            stateless("sku.run_low", _("Stock ran low"), BY_SYSTEM, facts=_LEVEL),
            stateless("sku.restocked", _("Low stock is over"), BY_SYSTEM, facts=_LEVEL),
            stateless(
                "stock.correct",
                _("Stock corrected"),
                BY_SHOP,
                "products.stock",
                label=_("Correct stock"),
                icon_name="pencil",
                facts=_COUNTED,
            ),
        ),
        _("There is no such SKU."),
        url=_open_sku,
        joins=("product",),
    )
)
