"""The first product of a new shop."""

from django.utils.translation import gettext_lazy as _

from shop.catalog.models import Product, Sku
from shop.store.steps import Step, register

register(
    Step(
        40,
        "product",
        _("The first product, with a picture"),
        _("Buyers choose with their eyes; a product without a picture is hardly ever bought."),
        "products.edit",
        lambda _store: Product.objects.filter(picture__isnull=False),
        "catalog:add",
        _("Add a product"),
        not_open=_("Nothing is on sale in this shop yet."),
        is_there=lambda _store: Sku.objects.filter(is_on_sale=True, product__is_on_sale=True),
    )
)
