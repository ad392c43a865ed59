"""Buyers who were refused because nothing was left: counted, so that the shop sees what it could have sold."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import F, Sum
from django.utils import timezone

from shop import clock
from shop.catalog.models import RefusedSale
from shop.customers.models import Customer
from shop.database.inserts import insert_rows
from shop.errors import Refused

SHOWN_DAYS = 7
KEPT_FOR = timedelta(days=30)
KEY = "refused:{sku_id}:{customer_id}:{day:%Y%m%d}"
_DAY_S = 24 * 3600


@contextmanager
def counted_refusals(customer: Customer) -> Iterator[None]:
    """Count a buyer whose order inside is refused for want of stock.

    It stands around the transaction, which leaves nothing when it is refused.
    """
    try:
        yield
    except Refused as refused:
        if refused.code == "out_of_stock":
            _count(int(refused.extra["sku_id"]), customer.pk)
        raise


def _count(sku_id: int, customer_id: int) -> None:
    """Once per buyer, SKU and day: who presses again, or has a program press, counts no more."""
    today = _begin_of_day()
    if not cache.add(KEY.format(sku_id=sku_id, customer_id=customer_id, day=today), 1, _DAY_S):
        return
    rows = RefusedSale.objects.filter(sku_id=sku_id, day=today)
    if not rows.update(buyers=F("buyers") + 1):
        insert_rows([RefusedSale(sku_id=sku_id, day=today)], ignore_conflicts=True)
        rows.update(buyers=F("buyers") + 1)


def _begin_of_day() -> datetime:
    return timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)


def count_refused(sku_ids: Collection[int]) -> dict[int, int]:
    """SKU id → how many buyers were refused in the last seven days, today among them; a buyer counts once a day."""
    first = _begin_of_day() - timedelta(days=SHOWN_DAYS - 1)
    rows = RefusedSale.objects.filter(sku_id__in=sku_ids, day__gte=first)
    return dict(rows.values_list("sku_id").annotate(Sum("buyers")))
