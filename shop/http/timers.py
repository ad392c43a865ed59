"""Forgetting kept answers: a client repeats a command within seconds, not weeks."""

from collections.abc import Collection
from datetime import datetime, timedelta

from shop.events.registry import due
from shop.http.models import IdempotencyKey

KEPT_FOR = timedelta(days=7)


def list_old_answers(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    old = IdempotencyKey.objects.filter(created_at__lt=now - KEPT_FOR).exclude(pk__in=skip)
    return list(old.order_by("created_at").values_list("pk", flat=True)[:limit])


@due("idempotency.forget", find=list_old_answers)
def forget_answer(key_id: int) -> None:
    IdempotencyKey.objects.filter(pk=key_id).delete()
