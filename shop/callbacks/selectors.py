"""Reading the record of callbacks."""

from collections.abc import Collection
from datetime import datetime, timedelta

from shop.callbacks.models import Callback

REFUSED_KEPT_FOR = timedelta(days=7)


def list_old_refused(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    old = Callback.objects.filter(is_accepted=False, received_at__lt=now - REFUSED_KEPT_FOR)
    return list(old.exclude(pk__in=skip).order_by("received_at").values_list("pk", flat=True)[:limit])


def list_refused(*, limit: int = 20) -> list[Callback]:
    """Callbacks that were refused lately: the genuine ones first, then the newest; without their text."""
    refused = Callback.objects.filter(is_accepted=False).defer("body")
    return list(refused.order_by("-is_signed", "-id")[:limit])
