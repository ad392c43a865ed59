"""Invariants of balances, and of buyers who were erased."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from shop.customers.erasure import ERASED, SEALED
from shop.customers.models import Address, BalanceEntry, Customer, CustomerToken, MessageConsent
from shop.files.models import Picture
from shop.invariants import in_scope, invariant
from shop.rotation import list_unbound


@invariant("B10.1", "each balance is the sum of its ledger, and every entry says the balance after it")
def balance_is_the_sum_of_its_ledger() -> Iterator[str]:
    sums = Customer.objects.annotate(ledger=Coalesce(Sum("balance_entries__delta_fen"), 0))
    for customer in in_scope(sums, orders="orders", customers="pk").exclude(balance_fen=F("ledger")):
        yield f"{customer}: balance {customer.balance_fen}, ledger {customer.ledger}"
    earlier = BalanceEntry.objects.filter(customer=OuterRef("customer"), pk__lt=OuterRef("pk"))
    before = Coalesce(Subquery(earlier.order_by("-pk").values("balance_after_fen")[:1]), 0)
    entries = in_scope(
        BalanceEntry.objects.annotate(before=before), orders="customer__orders", customers="customer"
    )
    for entry in entries.exclude(balance_after_fen=F("before") + F("delta_fen")):
        yield f"{entry}: {entry.balance_after_fen} after it does not follow from the entry before"


@invariant(
    "B12.1",
    "who was erased has no secret, hashes, addresses, devices, consents or pictures left; others have a secret",
)
def erased_have_nothing_left() -> Iterator[str]:
    has_no_hash = Q(phone_hash="", last_digits_hash="", nickname_hash="")
    is_bare = has_no_hash & Q(secret="", unionid="", openid__startswith=ERASED)
    has_left = ~is_bare
    for model in (Address, CustomerToken, MessageConsent, Picture):
        has_left |= Q(Exists(model._base_manager.filter(customer_id=OuterRef("pk"))))
    for wrong in (Q(erased_at__isnull=False) & has_left, Q(erased_at__isnull=True, secret="")):
        found = in_scope(Customer.objects.filter(wrong), orders="orders", customers="pk")
        for customer in found.distinct():
            yield f"{customer}"


@invariant("B12.2", "every sealed value of a buyer who was erased needed the secret that is gone")
def erased_have_nothing_unbound() -> Iterator[str]:
    erased = in_scope(Customer.objects.filter(erased_at__isnull=False), orders="orders", customers="pk")
    for customer in erased.distinct():
        for list_rows in SEALED:
            for row in list_unbound(list_rows(customer)):
                yield f"{customer}: {row}"
