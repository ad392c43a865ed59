"""Forgetting callbacks."""

from datetime import timedelta

from shop.callbacks.models import Callback
from shop.callbacks.selectors import list_old_refused
from shop.events.forgetting import forget_after
from shop.events.registry import due

ACCEPTED_KEPT_FOR = timedelta(days=90)
"""A callback is evidence while a payment may be disputed; repeated it is refused as stale after five minutes."""

forget_after(
    "callback.forget",
    lambda: Callback.objects.filter(is_accepted=True),
    "received_at",
    ACCEPTED_KEPT_FOR,
)


@due("notice.forget", find=list_old_refused)
def forget_refused(callback_id: int) -> None:
    Callback.objects.filter(pk=callback_id, is_accepted=False).delete()
