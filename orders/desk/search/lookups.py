"""Where each kind of thing that somebody may type is looked up: by which column of which rows, and in which form."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from orders.desk.search.branches import limit_branch
from orders.models import BlindIndex, HashKind
from orders.numbers import LENGTH
from orders.payments.models import PayAttempt, Payment, Refund
from orders.scope import ALL, orders_of, rows_in_scope
from orders.search import hash_values, normalise
from orders.shipping.models import ParcelLine, ParcelState


class FoundBy(models.TextChoices):
    """What of an order fitted."""

    NUMBER = "number", _("order number")
    PHONE = HashKind.PHONE.value, HashKind.PHONE.label
    PHONE4 = HashKind.PHONE4.value, HashKind.PHONE4.label
    RECIPIENT = HashKind.RECIPIENT.value, HashKind.RECIPIENT.label
    NICKNAME = HashKind.NICKNAME.value, HashKind.NICKNAME.label
    TRACKING = "tracking", _("tracking number")
    PAYMENT = "payment", _("payment number")
    REFUND = "refund", _("refund number")
    BUYER = "buyer", _("customer number")
    PRODUCT = "product", _("product")


@dataclass(frozen=True)
class Lookup:
    """Rows with the path to their order's id and the column that is compared.

    `write` gives the forms in which a word may stand in that column: none when it cannot stand there.
    """

    rows: "QuerySet[Any]"
    order_id: str
    column: str
    write: Callable[[str], Sequence[str | int]]

    def find(self, kind: FoundBy, forms: Iterable[str | int], scope: str, limit: int) -> "QuerySet[Any, Any]":
        """(order id, kind, form as text) of the scope's rows with one of these forms, the newest orders first."""
        rows = (
            rows_in_scope(self.rows, scope, self.order_id)
            .filter(**{f"{self.column}__in": list(forms)})
            .order_by(f"-{self.order_id}")
        )
        text = Cast(F(self.column), models.TextField())
        return limit_branch(rows, self.order_id, limit).values_list(self.order_id, Value(kind.value), text)


def _write_plain(word: str) -> list[str]:
    return [normalise(word)]


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
_UNDONE = Q(parcel__state=ParcelState.UNDONE)
LOOKUPS: dict[FoundBy, list[Lookup]] = {
    FoundBy.NUMBER: [Lookup(orders_of(ALL), "id", "number", _write_plain)],
    # Two, because each has a partial index of its own.
    FoundBy.TRACKING: [
        Lookup(ParcelLine.objects.filter(~_UNDONE), *_IN_PARCELS),
        Lookup(ParcelLine.objects.filter(_UNDONE), *_IN_PARCELS),
    ],
    FoundBy.PAYMENT: [
        Lookup(Payment.objects.all(), "order_id", "trade_no", _write_plain),
        Lookup(PayAttempt.objects.all(), "order_id", "number", _write_attempt),
    ],
    FoundBy.REFUND: [
        Lookup(Refund.objects.all(), "order_id", "number", _write_refund),
        Lookup(Refund.objects.exclude(gateway_id=""), "order_id", "gateway_id", _write_plain),
    ],
    **{FoundBy(kind.value): [_by_hash(kind)] for kind in HashKind},
}
