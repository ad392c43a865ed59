"""Past tenses of what happens to products and stock."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVENT_WORDS: dict[str, Promise | str] = {
    "product.add": _("Product added"),
    "product.change": _("Product changed"),
    "sku.change": _("SKU changed"),
    "sku.run_low": _("Stock ran low"),
    "sku.restocked": _("Low stock is over"),
    "stock.correct": _("Stock corrected"),
}
