"""The one search box: what was typed is looked up as everything it may be, and the list says what it was."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Substr

from orders.desk.search.branches import limit_branch
from orders.desk.search.lookups import LOOKUPS, FoundBy, write_typed
from orders.desk.search.words import guess_kinds, guess_rest, is_code, split_words
from orders.models import Order
from orders.numbers import LENGTH
from orders.scope import orders_of, scope_key
from orders.search import newest_orders_of, sold_as
from shop.actor import Actor
from shop.catalog.models import Sku
from shop.spelling import normalise

LIMIT = 200
"""Orders looked at per kind, the newest."""
LIMIT_OF_MANY = 2_000
"""As above where many things were pasted: more than fit into the box, so that none crowds out another."""
CODES_AT_ONCE = 100
"""Codes of SKUs looked for in one query: each is written in two ways, and SQLite unites 500 branches at most."""


@dataclass(frozen=True)
class Matches:
    """Ids of the orders found, the kinds that fitted, and which of many pasted things nothing was found for.

    `tried` are the kinds that one thing was looked up as. Of a kind there may be more than the newest `cut_at`; 0 where
    there are not.
    """

    ids: frozenset[int]
    kinds: tuple[FoundBy, ...]
    missing: tuple[str, ...] = ()
    tried: tuple[FoundBy, ...] = ()
    cut_at: int = 0


def find_matches(text: str, *, actor: Actor) -> Matches:
    """Orders in the actor's scope that fit what was typed, the newest of each kind; few queries, whatever was typed."""
    words, scope = split_words(text), scope_key(actor)
    if len(words) > 1:
        return _find_many(words, scope)
    return _find_one(words[0], scope) if words else Matches(frozenset(), ())


def _find_one(text: str, scope: str) -> Matches:
    word, rest = normalise(text), guess_rest(text)
    tried = [*guess_kinds(text), *rest]
    queries = _look_up({kind: [text] for kind in tried if kind in LOOKUPS}, scope, LIMIT).queries
    if FoundBy.BUYER in rest:
        own = orders_of(scope).filter(customer_id=int(word))
        queries.append(_newest(own.order_by("-pk"), FoundBy.BUYER))
    if FoundBy.NUMBER in rest:
        queries += _with_fragment(word, scope)
    rows = [(pk, kind) for pk, kind, _form in _unite(queries)]
    if FoundBy.PRODUCT in rest:
        bought = newest_orders_of(sold_as(text), scope, limit=LIMIT)
        rows += [(pk, FoundBy.PRODUCT) for pk in bought[-LIMIT:]]
    return _make_matches(rows, LIMIT, tried=tried)


def _find_many(words: list[str], scope: str) -> Matches:
    """Whole things only: parts and words of many at once would find everything.

    Codes of SKUs are looked for last, since nearly anything may look like one.
    """
    rows, found = _find_whole(words, guess_kinds, scope)
    left = [word for word in words if word not in found]
    codes = _list_codes(left)
    for start in range(0, len(codes), CODES_AT_ONCE):
        more, also_found = _find_whole(
            codes[start : start + CODES_AT_ONCE], lambda _code: [FoundBy.SKU], scope
        )
        rows, found = [*rows, *more], found | also_found
    return _make_matches(rows, LIMIT_OF_MANY, missing=[word for word in left if word not in found])


def _list_codes(words: list[str]) -> list[str]:
    """Those that are the code of a SKU: each takes a branch of its own, and asking for them all costs one query."""
    forms = {form: word for word in words if is_code(word) for form in write_typed(word)}
    known = Sku.objects.filter(code__in=list(forms)).values_list("code", flat=True)
    return sorted({forms[code] for code in known})


def _find_whole(
    words: list[str], guess: Callable[[str], list[FoundBy]], scope: str
) -> tuple[list[tuple[int, str]], set[str]]:
    """(order id, kind) of what was found, and the words it was found for; one query, or none."""
    by_kind: dict[FoundBy, list[str]] = defaultdict(list)
    for word in words:
        for kind in guess(word):
            by_kind[kind].append(word)
    asked = _look_up(by_kind, scope, LIMIT_OF_MANY)
    rows = list(_unite(asked.queries))
    return [(pk, kind) for pk, kind, _form in rows], {asked.words[kind, form] for _pk, kind, form in rows}


@dataclass(frozen=True)
class _Asked:
    """Branches of one query, and which word is meant by a form of a kind."""

    queries: list[Any]
    words: dict[tuple[str, str], str]


def _look_up(by_kind: Mapping[FoundBy, list[str]], scope: str, limit: int) -> _Asked:
    asked = _Asked([], {})
    for kind, words in by_kind.items():
        for lookup in LOOKUPS[kind]:
            forms = {form: word for word in words for form in lookup.write(word)}
            if forms:
                asked.queries.extend(lookup.find(kind, forms, scope, limit))
            asked.words.update({(kind.value, str(form)): word for form, word in forms.items()})
    return asked


def _make_matches(
    rows: Collection[tuple[int, str]],
    limit: int,
    *,
    missing: Sequence[str] = (),
    tried: Collection[FoundBy] = (),
) -> Matches:
    found = Counter(kind for _pk, kind in set(rows))
    return Matches(
        ids=frozenset(pk for pk, _kind in rows),
        kinds=tuple(kind for kind in FoundBy if kind in found),
        missing=tuple(missing),
        tried=tuple(kind for kind in FoundBy if kind in tried),
        cut_at=limit if any(count >= limit for count in found.values()) else 0,
    )


def _newest(orders: "QuerySet[Order]", kind: FoundBy) -> Any:
    return limit_branch(orders, "pk", LIMIT).values_list("pk", Value(kind.value), Value(""))


def list_ids_by_fragment(digits: str, *, actor: Actor) -> list[int]:
    """Ids of orders in the actor's scope with these digits in their number, the newest; one query."""
    return [pk for pk, _kind, _form in _unite(_with_fragment(digits, scope_key(actor)))]


def _with_fragment(digits: str, scope: str) -> list[Any]:
    """Numbers that begin with these digits, and numbers that hold them further on.

    Apart, because numbers begin with the date: the digits of a year and a month stand at the beginning of a whole
    month's orders, of which only an index in order gives the newest without looking at all.
    """
    starting = orders_of(scope).filter(number__gte=digits, number__lte=digits.ljust(LENGTH, "9"))
    holding = orders_of(scope).alias(rest=Substr("number", 2)).filter(rest__contains=digits)
    # Sorting by a sum keeps the planner from reading every order from the newest on until enough have fitted.
    holding = holding.alias(rank=F("pk") + 0).order_by("-rank")
    return [_newest(starting.order_by("-number"), FoundBy.NUMBER), _newest(holding, FoundBy.NUMBER)]


def _unite(queries: list[Any]) -> Any:
    if not queries:
        return []
    first, *others = queries
    return first.union(*others, all=True) if others else first
