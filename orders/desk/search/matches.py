"""The one search box: what was typed is looked up as everything it may be, and the list says what it was."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Substr
from django.utils.translation import gettext_lazy as _

from orders.desk.search.branches import limit_branch
from orders.desk.search.words import guess_kinds, is_digits, is_fragment, split_words
from orders.models import KeyKind, Order, SearchKey
from orders.numbers import LENGTH
from orders.search import make_keys, newest_orders_of, normalise, sold_as

LIMIT = 200
"""Orders looked at per kind, the newest."""
LIMIT_OF_MANY = 2_000
"""As above where many things were pasted: more than fit into the box, so that none crowds out another."""
_LONGEST_ID = 9


class FoundBy(models.TextChoices):
    """What of an order fitted."""

    NUMBER = KeyKind.NUMBER.value, KeyKind.NUMBER.label
    PHONE = KeyKind.PHONE.value, KeyKind.PHONE.label
    PHONE4 = KeyKind.PHONE4.value, KeyKind.PHONE4.label
    RECIPIENT = KeyKind.RECIPIENT.value, KeyKind.RECIPIENT.label
    NICKNAME = KeyKind.NICKNAME.value, KeyKind.NICKNAME.label
    TRACKING = KeyKind.TRACKING.value, KeyKind.TRACKING.label
    PAYMENT = KeyKind.PAYMENT.value, KeyKind.PAYMENT.label
    BUYER = "buyer", _("customer number")
    PRODUCT = "product", _("product")


@dataclass(frozen=True)
class Matches:
    """Ids of the orders found, the kinds that fitted, and which of many pasted things nothing was found for."""

    ids: frozenset[int]
    kinds: tuple[FoundBy, ...]
    missing: tuple[str, ...] = ()


def find_matches(text: str) -> Matches:
    """Orders that fit what was typed, the newest of each kind; at most two queries."""
    words = split_words(text)
    if len(words) > 1:
        return _find_many(words)
    return _find_one(words[0]) if words else Matches(frozenset(), ())


def _find_one(text: str) -> Matches:
    word = normalise(text)
    queries = [_newest_by_key(kind, make_keys(kind, text)) for kind in guess_kinds(text)]
    if is_digits(word) and len(word) <= _LONGEST_ID and not word.startswith("0"):
        queries.append(_newest(Order.objects.filter(customer_id=int(word)).order_by("-pk"), FoundBy.BUYER))
    if is_fragment(word):
        queries += _with_fragment(word)
    rows = [(pk, kind) for pk, kind, _key in _unite(queries)]
    if not is_digits(word):
        bought = newest_orders_of(sold_as(text), limit=LIMIT)
        rows += [(pk, FoundBy.PRODUCT) for pk in bought[-LIMIT:]]
    return _make_matches(rows)


def _find_many(words: list[str]) -> Matches:
    """Whole keys only: parts and words of many things at once would find everything."""
    wanted: dict[KeyKind, dict[str, str]] = {}
    for word in words:
        for kind in guess_kinds(word):
            wanted.setdefault(kind, {}).update(dict.fromkeys(make_keys(kind, word), word))
    rows = list(_unite([_newest_by_key(kind, list(keys), LIMIT_OF_MANY) for kind, keys in wanted.items()]))
    found = {wanted[KeyKind(kind)][key] for _pk, kind, key in rows}
    return _make_matches(
        ((pk, kind) for pk, kind, _key in rows), missing=[w for w in words if w not in found]
    )


def _make_matches(rows: Iterable[tuple[int, str]], *, missing: Iterable[str] = ()) -> Matches:
    rows = list(rows)
    found = {kind for _pk, kind in rows}
    kinds = tuple(kind for kind in FoundBy if kind in found)
    return Matches(frozenset(pk for pk, _kind in rows), kinds, tuple(missing))


def _newest_by_key(kind: KeyKind, keys: list[str], limit: int = LIMIT) -> Any:
    found = SearchKey.objects.filter(kind=kind, key__in=keys).order_by("-order_id")
    return limit_branch(found, "order_id", limit).values_list("order_id", "kind", "key")


def _newest(orders: "QuerySet[Order]", kind: FoundBy) -> Any:
    return limit_branch(orders, "pk", LIMIT).values_list("pk", Value(kind.value), Value(""))


def list_ids_by_fragment(digits: str) -> list[int]:
    """Ids of orders with these digits in their number, the newest; one query."""
    return [pk for pk, _kind, _key in _unite(_with_fragment(digits))]


def _with_fragment(digits: str) -> list[Any]:
    """Numbers that begin with these digits, and numbers that hold them further on.

    Apart, because numbers begin with the date: the digits of a year and a month stand at the beginning of a whole
    month's orders, of which only an index in order gives the newest without looking at all.
    """
    starting = Order.objects.filter(number__gte=digits, number__lte=digits.ljust(LENGTH, "9"))
    holding = Order.objects.alias(rest=Substr("number", 2)).filter(rest__contains=digits)
    # Sorting by a sum keeps the planner from reading every order from the newest on until enough have fitted.
    holding = holding.alias(rank=F("pk") + 0).order_by("-rank")
    return [_newest(starting.order_by("-number"), FoundBy.NUMBER), _newest(holding, FoundBy.NUMBER)]


def _unite(queries: list[Any]) -> Any:
    if not queries:
        return []
    first, *others = queries
    return first.union(*others, all=True) if others else first
