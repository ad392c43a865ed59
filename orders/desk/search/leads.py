"""What the search box knows beside orders: the page of a SKU, a customer or an after-sale whose number was typed."""

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.moves import AFTERSALES
from aftersales.selectors import find_by_slip
from orders.desk.search.lookups import FoundBy, write_typed
from orders.desk.search.words import guess_rest, split_words
from orders.scope import rows_in_scope, scope_key
from shop.access import has_capability
from shop.actor import Actor
from shop.catalog.models import Sku
from shop.catalog.moves import SKUS
from shop.couriers.known import clean_tracking_no
from shop.customers.moves import CUSTOMERS, customers_in_scope
from shop.spelling import normalise

MOST_LEADS = 3
_SLIP = re.compile(r"\d{18}A\d{1,4}", re.ASCII)
_MAYBE_SLIP = re.compile(r"(?=.*\d)[A-Za-z0-9 -]{8,40}", re.ASCII)


@dataclass(frozen=True)
class Lead:
    """A page that may be meant."""

    kind: Any
    name: str
    url: str


def list_leads(text: str, *, actor: Actor) -> list[Lead]:
    """Pages the actor may open; nothing where several things were pasted. At most three queries."""
    words = split_words(text)
    if len(words) != 1:
        return []
    kinds = guess_rest(words[0])
    return [
        *(_find_sku(words[0], actor) if FoundBy.SKU in kinds else ()),
        *(_find_customer(words[0], actor) if FoundBy.BUYER in kinds else ()),
        *(_find_aftersale(words[0], actor) if _MAYBE_SLIP.fullmatch(words[0]) else ()),
    ]


def find_slip_page(text: str, *, actor: Actor) -> str:
    """The page of the after-sale whose own number was typed or scanned, "" for anything else."""
    if not _SLIP.fullmatch(clean_tracking_no(text)):
        return ""
    found = _find_aftersale(text, actor)
    return found[0].url if found else ""


def _find_aftersale(text: str, actor: Actor) -> list[Lead]:
    """By what a slip or the label of a return shows."""
    if not has_capability(actor, "aftersales.view"):
        return []
    found = rows_in_scope(find_by_slip(clean_tracking_no(text)), scope_key(actor)).order_by("-pk")
    return [Lead(_("After-sale"), each.number, AFTERSALES.url(each)) for each in found[:MOST_LEADS]]


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
