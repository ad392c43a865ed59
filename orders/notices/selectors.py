"""Reading notices."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from orders.notices.models import BuyerNotice


def list_due(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Those of which WeChat is to be told now."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    due = BuyerNotice.objects.filter(free, next_try_at__lte=now).exclude(pk__in=skip)
    return list(due.order_by("next_try_at").values_list("pk", flat=True)[:limit])
