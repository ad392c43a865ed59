"""What the search box knows beside orders: the page of a SKU or of a customer whose code or number was typed."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.desk.search.lookups import FoundBy, write_typed
from orders.desk.search.words import guess_rest, split_words
from shop.access import has_capability
from shop.actor import Actor
from shop.catalog.models import Sku
from shop.catalog.moves import SKUS
from shop.customers.moves import CUSTOMERS, customers_in_scope
from shop.spelling import normalise


@dataclass(frozen=True)
class Lead:
    """A page that may be meant."""

    kind: Any
    name: str
    url: str


def list_leads(text: str, *, actor: Actor) -> list[Lead]:
    """Pages the actor may open; nothing where several things were pasted. At most two queries."""
    words = split_words(text)
    if len(words) != 1:
        return []
    kinds = guess_rest(words[0])
    return [
        *(_find_sku(words[0], actor) if FoundBy.SKU in kinds else ()),
        *(_find_customer(words[0], actor) if FoundBy.BUYER in kinds else ()),
    ]


def _find_sku(text: str, actor: Actor) -> list[Lead]:
    if not has_capability(actor, "products.view"):
        return []
    found = Sku.objects.select_related("product").filter(code__in=write_typed(text))
    return [Lead(_("SKU"), f"{sku.code} {sku}", SKUS.url(sku)) for sku in found]


def _find_customer(text: str, actor: Actor) -> list[Lead]:
    if not has_capability(actor, "customers.view"):
        return []
    found = customers_in_scope(actor).filter(pk=int(normalise(text)))
    return [Lead(_("Customer"), str(customer.pk), CUSTOMERS.url(customer)) for customer in found]
