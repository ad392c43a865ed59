"""Where each kind of thing that somebody may type is looked up: by which column of which rows, and in which form."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Case, F, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from orders.desk.search.branches import limit_branch
from orders.models import BlindIndex, HashKind, OrderLine
from orders.numbers import LENGTH
from orders.payments.models import PayAttempt, Payment, Refund
from orders.scope import ALL, orders_of, rows_in_scope
from orders.search import hash_surnames, hash_values
from orders.shipping.models import ParcelLine, ParcelState
from pickup.codes import bearing, clean_short
from shop.catalog.models import Sku
from shop.spelling import normalise


class FoundBy(models.TextChoices):
    """What of an order fitted."""

    NUMBER = "number", _("order number")
    CODE = "code", _("pickup code")
    PHONE = HashKind.PHONE.value, HashKind.PHONE.label
    PHONE4 = HashKind.PHONE4.value, HashKind.PHONE4.label
    RECIPIENT = HashKind.RECIPIENT.value, HashKind.RECIPIENT.label
    SURNAME = HashKind.SURNAME.value, HashKind.SURNAME.label
    NICKNAME = HashKind.NICKNAME.value, HashKind.NICKNAME.label
    TRACKING = "tracking", _("tracking number")
    PAYMENT = "payment", _("payment number")
    REFUND = "refund", _("refund number")
    BUYER = "buyer", _("customer number")
    SKU = "sku", _("SKU code")
    PRODUCT = "product", _("product")


Branch = QuerySet[Any, Any]
"""A part of a union: (order id, kind, form as text), the newest orders first."""


@dataclass(frozen=True)
class Lookup:
    """Rows with the path to their order's id and the column that is compared.

    `write` gives the forms in which a word may stand in that column: none when it cannot stand there.
    """

    rows: "QuerySet[Any]"
    order_id: str
    column: str
    write: Callable[[str], Sequence[str | int]]

    def find(self, kind: FoundBy, forms: Iterable[str | int], scope: str, limit: int) -> list[Branch]:
        """The newest orders of the scope that have a row with one of these forms."""
        rows = self.rows.filter(**{f"{self.column}__in": list(forms)})
        return [self._limit(rows, kind, Cast(F(self.column), models.TextField()), scope, limit)]

    def _limit(self, rows: "QuerySet[Any]", kind: FoundBy, form: Any, scope: str, limit: int) -> Branch:
        newest = rows_in_scope(rows, scope, self.order_id).order_by(f"-{self.order_id}")
        return limit_branch(newest, self.order_id, limit).values_list(self.order_id, Value(kind.value), form)


class CodeLookup(Lookup):
    """A pickup code says which order has it."""

    def find(self, kind: FoundBy, forms: Iterable[str | int], scope: str, limit: int) -> list[Branch]:
        meant = {form: bearing(str(form)) for form in forms}
        form = Case(*(When(fits, then=_say(form)) for form, fits in meant.items()))
        return [self._limit(self.rows.filter(reduce(or_, meant.values())), kind, form, scope, limit)]


class SkuLookup(Lookup):
    """A SKU is walked by itself, in the order of its index: one plan over several guesses wrong how many there are."""

    def find(self, kind: FoundBy, forms: Iterable[str | int], scope: str, limit: int) -> list[Branch]:
        return [
            self._limit(self.rows.filter(**{self.column: _find_sku(form)}), kind, _say(form), scope, limit)
            for form in forms
        ]


def _find_sku(code: str | int) -> Subquery:
    return Subquery(Sku.objects.filter(code=code).values("pk")[:1])


def _say(form: str | int) -> Value:
    return Value(str(form), models.TextField())


def _write_plain(word: str) -> list[str]:
    return [normalise(word)]


def write_typed(word: str) -> list[str]:
    """As people type things that keep their dashes: without the space around, half-width, and in capitals."""
    typed = unicodedata.normalize("NFKC", word).strip()
    return list(dict.fromkeys([typed, typed.upper()]))


def _write_trade_no(word: str) -> list[str]:
    """A gateway's number, or a payment from the balance, whose number has a dash."""
    return list(dict.fromkeys([normalise(word), *write_typed(word)]))


def _write_code(word: str) -> list[str]:
    """However its letters were typed that look like figures."""
    short = clean_short(word)
    return [short] if short else []


def _write_attempt(word: str) -> list[str]:
    """An attempt at payment is the order's number with a dash and its own."""
    digits = normalise(word)
    return [f"{digits[:LENGTH]}-{digits[LENGTH:]}"] if digits[LENGTH:] else []


def _write_refund(word: str) -> list[str]:
    """A refund of ours is the order's number with R-n; one made elsewhere stands as it was typed."""
    found, digits = [word.strip()], normalise(word)
    if digits[LENGTH:].startswith("R"):
        found.append(f"{digits[:LENGTH]}R-{digits[LENGTH + 1 :]}")
    return list(dict.fromkeys(found))


def _by_hash(kind: HashKind) -> Lookup:
    return Lookup(BlindIndex.objects.all(), "order_id", kind.value, lambda word: hash_values(kind, word))


_IN_PARCELS = ("order_line__order_id", "parcel__tracking_no", _write_plain)
_FORMERLY = ("order_line__order_id", "parcel__former_numbers__tracking_no", _write_plain)
_UNDONE = Q(parcel__state=ParcelState.UNDONE)
LOOKUPS: dict[FoundBy, list[Lookup]] = {
    FoundBy.NUMBER: [Lookup(orders_of(ALL), "id", "number", _write_plain)],
    FoundBy.CODE: [CodeLookup(orders_of(ALL), "id", "id", _write_code)],
    # Each has an index of its own.
    FoundBy.TRACKING: [
        Lookup(ParcelLine.objects.filter(~_UNDONE), *_IN_PARCELS),
        Lookup(ParcelLine.objects.filter(_UNDONE), *_IN_PARCELS),
        Lookup(ParcelLine.objects.all(), *_FORMERLY),
    ],
    FoundBy.PAYMENT: [
        Lookup(Payment.objects.all(), "order_id", "trade_no", _write_trade_no),
        Lookup(Payment.objects.exclude(reference=""), "order_id", "reference", write_typed),
        Lookup(PayAttempt.objects.all(), "order_id", "number", _write_attempt),
    ],
    FoundBy.REFUND: [
        Lookup(Refund.objects.all(), "order_id", "number", _write_refund),
        Lookup(Refund.objects.exclude(gateway_id=""), "order_id", "gateway_id", _write_plain),
        Lookup(Refund.objects.exclude(reference=""), "order_id", "reference", write_typed),
    ],
    FoundBy.SKU: [SkuLookup(OrderLine.objects.all(), "order_id", "sku", write_typed)],
    **{FoundBy(kind.value): [_by_hash(kind)] for kind in HashKind},
    FoundBy.SURNAME: [Lookup(BlindIndex.objects.all(), "order_id", HashKind.SURNAME.value, hash_surnames)],
}
