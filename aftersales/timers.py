"""Times of after-sales and of their disputes that are nearly over, or over."""

from collections.abc import Collection
from datetime import datetime

from aftersales.models import IS_DISPUTED, Aftersale, Dispute
from aftersales.services.deadlines import look_at_aftersale, look_at_dispute
from orders.services.deadlines import unless_moved
from shop.events.registry import due


def list_to_look_at(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    rows = Aftersale.objects.filter(look_at__lte=now).exclude(IS_DISPUTED).exclude(pk__in=skip)
    return list(rows.order_by("look_at").values_list("pk", flat=True)[:limit])


@due("aftersale.look", find=list_to_look_at)
def look(aftersale_id: int) -> None:
    with unless_moved():
        look_at_aftersale(aftersale_id)


def list_disputes_to_look_at(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    rows = Dispute.objects.filter(look_at__lte=now).exclude(pk__in=skip)
    return list(rows.order_by("look_at").values_list("pk", flat=True)[:limit])


@due("aftersale.look_at_dispute", find=list_disputes_to_look_at)
def look_at_it(dispute_id: int) -> None:
    with unless_moved():
        look_at_dispute(dispute_id)
