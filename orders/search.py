"""Writing and reading what an order can be found by: exact keys, and the names of its goods."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef, QuerySet

from orders.models import KeyKind, Order, OrderLine, SearchKey, SoldName
from shop.catalog.models import Sku
from shop.crypto import keyed_hash, keyed_hashes
from shop.inserts import insert_rows

SKU_LIMIT = 1000
"""A word that fits more SKUs than these says too little."""
_NAME_LENGTH = 255
HASHED = frozenset({KeyKind.PHONE, KeyKind.PHONE4, KeyKind.RECIPIENT, KeyKind.NICKNAME})
_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x1f-]+")


def normalise(text: str) -> str:
    """Full-width to half-width, without spaces, dashes and invisible characters, upper case."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).upper()


def make_key(kind: KeyKind, value: str) -> str:
    """The stored form of a value: normalised, and hashed when it is personal."""
    value = normalise(value)
    return keyed_hash(kind, value) if kind in HASHED else value[:64]


def make_keys(kind: KeyKind, value: str) -> list[str]:
    """What to look a value up by: as `make_key`, and as the old key made it while the search key is being changed."""
    value = normalise(value)
    return keyed_hashes(kind, value) if kind in HASHED else [value[:64]]


def add_search_keys(order: Order, values: Iterable[tuple[KeyKind, str]]) -> None:
    """Make the order findable by these values; empty ones and repeats are passed over."""
    rows = {(kind, make_key(kind, value)) for kind, value in values if normalise(value)}
    insert_rows(
        [SearchKey(kind=kind, key=key, order=order) for kind, key in sorted(rows)], ignore_conflicts=True
    )


def recipient_keys(recipient: str, phone: str) -> list[tuple[KeyKind, str]]:
    digits = normalise(phone)
    return [(KeyKind.RECIPIENT, recipient), (KeyKind.PHONE, digits), (KeyKind.PHONE4, digits[-4:])]


def find_order_ids(values: Iterable[tuple[KeyKind, str]], *, limit: int = 50) -> list[int]:
    """Ids of orders that have any of these keys, newest first."""
    ids: set[int] = set()
    for kind, value in values:
        rows = SearchKey.objects.filter(kind=kind, key__in=make_keys(kind, value)).order_by("-order_id")
        ids.update(rows.values_list("order_id", flat=True)[:limit])
    return sorted(ids, reverse=True)[:limit]


def remember_sold_names(lines: Iterable[OrderLine]) -> None:
    """Make the lines' orders findable by the words of their goods, whatever the goods are called later."""
    rows = {(line.sku_id, name_of_goods(line.product_name, line.sku_name)) for line in lines}
    insert_rows([SoldName(sku_id=sku_id, text=text) for sku_id, text in sorted(rows)], ignore_conflicts=True)


def name_of_goods(product_name: str, sku_name: str) -> str:
    """The stored form of what a SKU was sold as."""
    return normalise(f"{product_name} {sku_name}")[:_NAME_LENGTH]


def sold_as(words: str) -> "QuerySet[Sku]":
    """The SKUs that were ever sold under a name with all of these words in it; none for no words."""
    parts = [part for word in words.split() if (part := normalise(word))]
    names = SoldName.objects.all() if parts else SoldName.objects.none()
    for part in parts:
        names = names.filter(text__contains=part)
    return Sku.objects.filter(pk__in=names.values("sku_id")[:SKU_LIMIT])


def newest_orders_of(
    skus: "QuerySet[Sku]", orders: "QuerySet[Order] | None" = None, *, limit: int, **lines: Any
) -> list[int]:
    """Ids of at least the first `limit` orders, newest first, in which one of the SKUs was bought.

    `orders` narrows and orders them otherwise; `lines` are then further conditions on the line that holds the SKU.
    Each SKU is walked by itself, in the order of its index, so that it does not matter whether its orders are
    many or few, new or old: one plan over several SKUs has to guess that, and guesses wrong.
    """
    if connection.vendor != "postgresql":
        bought = OrderLine.objects.filter(sku__in=skus).values("order_id")
        orders = Order.objects.order_by("-pk") if orders is None else orders
        return list(orders.filter(pk__in=bought).values_list("pk", flat=True)[:limit])
    first: QuerySet[Any, Any] = (
        OrderLine.objects.filter(sku=OuterRef("pk")).order_by("-order_id").values("order_id")
    )
    if orders is not None:
        first = orders.filter(lines__sku=OuterRef("pk"), **lines).values("pk")
    found = skus.annotate(order_ids=ArraySubquery(first[:limit])).values_list("order_ids", flat=True)
    # A condition that nothing can meet leaves no array at all.
    return sorted({pk for order_ids in found for pk in order_ids or ()})
