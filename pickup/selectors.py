"""Reading verifiers and what was handed out."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from orders.models import HashKind, Order
from orders.scope import real_orders_of, rows_in_scope
from orders.search import find_by_hash
from orders.selectors import with_secrets
from orders.stages import IN_HAND, OPEN
from pickup.models import Verification, Verifier, VerifierSession
from shop import clock
from shop.customers.models import Customer
from shop.customers.selectors import list_customers
from shop.database.among import IsAmong
from shop.errors import Refused
from shop.spelling import normalise
from shop.store.choices import Delivery
from shop.store.models import StoreSettings

NEEDS_PIN = Exists(StoreSettings.objects.filter(pk=1, pickup_pin_above_fen__lt=OuterRef("payable_fen")))
"""Of an order: whether a verifier types the PIN before handing it out. It is worth more than the settings say."""


def list_verifiers_of(store_id: int, *, words: str = "") -> Sequence[Verifier]:
    """Who may hand out at a store now, of these words in the name: read whole, since names are sealed."""
    rows = Verifier.objects.filter(is_on=True, stores=store_id).select_related("customer").order_by("pk")
    part = normalise(words)
    return [verifier for verifier in rows if part in normalise(verifier.name)]


def find_verifier(pk: int, store_id: int) -> Verifier:
    """One of them. Raises Refused `not_verifier` (400) for one who may not hand out at this store."""
    found = Verifier.objects.filter(pk=pk, is_on=True, stores=store_id).select_related("customer").first()
    if found is None:
        raise Refused("not_verifier", _("This person does not hand out at this store. Choose another."), 400)
    return found


def list_records(scope: str) -> "QuerySet[Verification]":
    """What was handed out of the orders of a scope, with all that the record tells of it."""
    rows = rows_in_scope(Verification.objects.all(), scope)
    return rows.select_related("order", "store", "verifier__customer").annotate(pieces=Sum("lines__quantity"))


def list_of_orders(order_ids: Collection[int]) -> "QuerySet[Verification]":
    """What was handed out of these orders, undone or not, the oldest first, with who is credited."""
    rows = Verification.objects.filter(IsAmong("order_id", order_ids))
    return rows.select_related("verifier__customer").order_by("pk")


def list_verifications(order: Order) -> "QuerySet[Verification]":
    """What was handed out of an order, the newest first, undone or not."""
    return order.verifications.select_related("store", "verifier__customer").order_by("-pk")


def list_sessions(verifier: Verifier) -> "QuerySet[VerifierSession]":
    """The phones on which a verifier is signed in, the newest first."""
    return verifier.sessions.filter(revoked_at=None, expires_at__gt=clock.now()).order_by("-pk")


def list_waiting(scope: str) -> "QuerySet[Order]":
    """What of a scope is ready to be picked up, paid or to be paid at the counter."""
    return with_secrets(real_orders_of(scope).filter(delivery=Delivery.PICKUP, stage__in=IN_HAND))


def find_waiting(scope: str, last_digits: str) -> "QuerySet[Order]":
    """What of a scope waits, or waits to be paid, for somebody whose phone ends in these four digits."""
    orders = real_orders_of(scope).filter(delivery=Delivery.PICKUP, stage__in=OPEN)
    found = find_by_hash(HashKind.PHONE4, last_digits)
    return with_secrets(orders.filter(pk__in=found.values("order_id")))


def list_handed_out_since(store_id: int, since: datetime) -> "QuerySet[Verification]":
    """What left a store since a moment, undone or not."""
    rows = Verification.objects.filter(store=store_id)
    # Walked from its end to the first row before: a condition on the time alone would read the whole past of the store.
    before = rows.filter(at__lt=since).order_by("-pk").values_list("pk", flat=True).first() or 0
    own = rows.filter(pk__gt=before).select_related("order__customer", "verifier__customer")
    return own.annotate(pieces=Sum("lines__quantity"))


CANDIDATES_SHOWN = 20
_READ = 500
"""So many of the newest customers are opened to look for a part of a nickname, which no index can find."""


def list_verifiers(*, is_on: bool) -> "QuerySet[Verifier]":
    rows = Verifier.objects.filter(is_on=is_on).select_related("customer").prefetch_related("stores")
    return rows.order_by("pk")


def find_candidates(words: str) -> Sequence[Customer]:
    """Mini-program users of this phone, number or nickname who are no verifiers yet; of newer ones a part will do."""
    if not (part := normalise(words)):
        return []
    free = Q(verifier=None, erased_at=None)
    found = {
        customer.pk: customer for customer in list_customers(words=words).filter(free)[:CANDIDATES_SHOWN]
    }
    newest = list_customers().filter(free).exclude(nickname="").order_by("-pk")[:_READ]
    for customer in newest:
        if part in normalise(customer.nickname):
            found.setdefault(customer.pk, customer)
    return list(found.values())[:CANDIDATES_SHOWN]
