"""Which pictures and produced files are due, and which pictures anything names."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from shop.files.models import Picture, ProducedFile


def list_unused(picture: Picture, *, since: datetime) -> "QuerySet[Picture]":
    """What the sender of this picture sent and nothing names."""
    sender: dict[str, Any] = (
        {"customer_id": picture.customer_id} if picture.customer_id else {"staff_id": picture.staff_id}
    )
    unused = Picture.objects.filter(**sender, created_at__gt=since)
    for model, name in _list_references():
        unused = unused.exclude(Exists(model._base_manager.filter(**{name: OuterRef("pk")})))
    return unused


def is_used(picture: Picture) -> bool:
    return any(
        model._base_manager.filter(**{name: picture.pk}).exists() for model, name in _list_references()
    )


def list_to_look_at(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    due = Picture.objects.filter(look_by__lte=now).exclude(pk__in=skip)
    return list(due.order_by("look_by").values_list("pk", flat=True)[:limit])


def list_expired(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Produced files whose time is over."""
    over = ProducedFile.objects.filter(expires_at__lte=now).exclude(pk__in=skip)
    return list(over.order_by("expires_at").values_list("pk", flat=True)[:limit])


def _list_references() -> list[tuple[Any, str]]:
    """Every table and column that points to pictures, of whatever room: a new one counts by itself."""
    relations = Picture._meta.get_fields(include_hidden=True)
    return [(r.related_model, r.field.name) for r in relations if r.one_to_many or r.one_to_one]  # type: ignore[union-attr]
