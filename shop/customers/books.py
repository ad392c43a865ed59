"""Invariants of balances."""

from collections.abc import Iterator

from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from shop.books import book, in_scope
from shop.customers.models import BalanceEntry, Customer


@book("B10.1", "each balance is the sum of its ledger, and every entry says the balance after it")
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
