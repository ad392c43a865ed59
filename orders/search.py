"""Writing and reading what an order can be found by: hashes of personal values, and the names of its goods."""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef, Q, QuerySet

from orders.models import BlindIndex, HashKind, Order, OrderLine, SoldName
from orders.scope import orders_of, rows_in_scope
from orders.surnames import find_surname, list_surnames
from shop.catalog.models import Sku
from shop.crypto import as_number, keyed_hash, keyed_hashes
from shop.database.inserts import insert_rows
from shop.spelling import normalise

SKU_LIMIT = 1000
"""A word that fits more SKUs than these says too little."""
_NAME_LENGTH = 255


def hash_value(kind: HashKind, value: str) -> int:
    """What is stored of a personal value: a keyed hash of its normalised form, 0 of an empty one."""
    word = normalise(value)
    return as_number(keyed_hash(kind, word)) if word else 0


def hash_values(kind: HashKind, value: str) -> list[int]:
    """What to look a value up by: as `hash_value`, and as the old key made it while the search key is being changed."""
    return [as_number(digest) for digest in keyed_hashes(kind, normalise(value))]


def make_hashes(nickname: str, recipient: str, phone: str) -> dict[str, int]:
    """The columns of a row of `BlindIndex`."""
    digits = normalise(phone)
    values = {
        HashKind.NICKNAME: nickname,
        HashKind.RECIPIENT: recipient,
        HashKind.SURNAME: find_surname(normalise(recipient)),
        HashKind.PHONE: digits,
        HashKind.PHONE4: digits[-4:],
    }
    return {kind.value: hash_value(kind, value) for kind, value in values.items()}


def add_hashes(order: Order, nickname: str) -> None:
    """Make the order findable by its buyer's nickname and its recipient as they are now, beside former ones."""
    row = BlindIndex(order=order, **make_hashes(nickname, order.recipient, order.phone))
    insert_rows([row], ignore_conflicts=True)


def find_by_hash(kind: HashKind, value: str) -> "QuerySet[BlindIndex]":
    """The rows whose orders have, or had, this value; for the empty value none."""
    if not normalise(value):
        return BlindIndex.objects.none()
    return BlindIndex.objects.filter(**{f"{kind}__in": hash_values(kind, value)})


def hash_surnames(word: str) -> list[int]:
    """What to look up where a surname may stand alone; nothing for a word that is none."""
    surnames = list_surnames(normalise(word))
    return [number for surname in surnames for number in hash_values(HashKind.SURNAME, surname)]


def find_recipient(name: str) -> "QuerySet[BlindIndex]":
    """The rows whose orders go, or went, to somebody of this whole name or this surname."""
    is_called = Q(recipient__in=hash_values(HashKind.RECIPIENT, name))
    return BlindIndex.objects.filter(is_called | Q(surname__in=hash_surnames(name)))


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
    skus: "QuerySet[Sku]", scope: str, orders: "QuerySet[Order] | None" = None, *, limit: int, **lines: Any
) -> list[int]:
    """Ids of at least the first `limit` orders of the scope, newest first, in which one of the SKUs was bought.

    `orders`, of the scope, narrows and orders them otherwise; `lines` are then further conditions on the line that
    holds the SKU.
    Each SKU is walked by itself, in the order of its index, so that it does not matter whether its orders are
    many or few, new or old: one plan over several SKUs has to guess that, and guesses wrong.
    """
    if connection.vendor != "postgresql":
        bought = OrderLine.objects.filter(sku__in=skus).values("order_id")
        orders = orders_of(scope).order_by("-pk") if orders is None else orders
        return list(orders.filter(pk__in=bought).values_list("pk", flat=True)[:limit])
    own = rows_in_scope(OrderLine.objects.filter(sku=OuterRef("pk")), scope)
    first: QuerySet[Any, Any] = own.order_by("-order_id").values("order_id")
    if orders is not None:
        first = orders.filter(lines__sku=OuterRef("pk"), **lines).values("pk")
    found = skus.annotate(order_ids=ArraySubquery(first[:limit])).values_list("order_ids", flat=True)
    # A condition that nothing can meet leaves no array at all.
    return sorted({pk for order_ids in found for pk in order_ids or ()})
