"""What each buyer has spent: paid less refunded over all their orders, kept beside them for sorting."""

from typing import Any

from django.db import transaction
from django.db.models import F, Max, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from orders.models import Order
from shop.customers.models import Customer

BATCH = 5_000


def keep_spending(customer_id: int) -> None:
    """Sum up what a buyer has spent, in the transaction that changed it and holds the order.

    Called last, since a buyer is locked after stock. Their row is locked first: whoever waits there for a payment of
    another order then sees it. Summed anew and not added to: a process of a former version may have missed something.
    """
    _sum(Customer, Order, [customer_id])


def keep_all_spending(customers: type[Any] = Customer, orders: type[Any] = Order) -> None:
    """The same for everybody, each batch in a transaction of its own; harmless to repeat."""
    last = customers._base_manager.aggregate(last=Max("pk"))["last"] or 0
    for first in range(1, last + 1, BATCH):
        with transaction.atomic():
            _sum(customers, orders, range(first, first + BATCH))


def _sum(customers: type[Any], orders: type[Any], ids: Any) -> None:
    rows = customers._base_manager.filter(pk__in=list(ids)).order_by("pk")
    found = list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
    own = orders._base_manager.filter(customer_id=OuterRef("pk")).order_by().values("customer_id")
    spent = own.annotate(fen=Sum(F("paid_fen") - F("refunded_fen"))).values("fen")
    rows.filter(pk__in=found).order_by().update(spent_fen=Coalesce(Subquery(spent), 0))
