"""Times of after-sales that are nearly over, or over."""

from collections.abc import Collection
from datetime import datetime

from aftersales.models import Aftersale
from aftersales.services.deadlines import look_at_aftersale
from orders.services.deadlines import unless_moved
from shop.events.registry import due


def list_to_look_at(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    rows = Aftersale.objects.filter(look_at__lte=now).exclude(pk__in=skip)
    return list(rows.order_by("look_at").values_list("pk", flat=True)[:limit])


@due("aftersale.look", find=list_to_look_at)
def look(aftersale_id: int) -> None:
    with unless_moved():
        look_at_aftersale(aftersale_id)
