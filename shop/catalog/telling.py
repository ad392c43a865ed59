"""How it is told what was changed on a product."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from shop.catalog.models import Sku
from shop.events.words import Part, compare, label_facts, says_value, tells

says_value("product", "description", lambda text: Truncator(text).chars(60))
label_facts("product", name=_("Product name"))
label_facts("sku", name=_("Product name"), sellable=_("Sellable"))


@tells("sku", "taken")
def tell_taken(taken: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    """Orders from which a stock-take took pieces: number → how many."""
    yield Part(_("Taken from orders"), ", ".join(f"{number} ×{pieces}" for number, pieces in taken.items()))


@tells("product", "skus")
def tell_skus(skus: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    """What was changed of each; of a product that a former version added, its codes."""
    if isinstance(skus, list):
        yield Part(_("SKUs"), ", ".join(skus))
        return
    for code, change in skus.items():
        yield from compare(change["before"], change["after"], Sku, prefix=f"{code} ")


@tells("product", "added")
def tell_added(codes: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part(_("SKU added"), ", ".join(codes))


@tells("product", "pictures")
def tell_pictures(count: Any, _data: Mapping[str, Any]) -> Iterator[Part]:
    yield Part(_("Pictures"), str(count))
