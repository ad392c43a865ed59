"""Keyset pages, newest first: a page costs the same however deep it lies, and never counts a table."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from shop.errors import Refused
from shop.http.api.fields import Count, StrictText
from shop.http.api.serializers import StrictSerializer
from shop.http.paging import BY_ID, Cursor

DEFAULT_LIMIT = 20
MAX_LIMIT = 50
_PREFIX = "before:"
Row = TypeVar("Row", bound=Model)


class LimitField(Count):
    """Query values are text, so digits are read as a number here."""

    def to_internal_value(self, data: Any) -> int:
        is_number = isinstance(data, str) and data.isascii() and data.isdigit() and len(data) < 4
        return super().to_internal_value(int(data) if is_number else None)


class PageQuery(StrictSerializer):
    """Which page: `cursor` is what the page before gave as `next_cursor`."""

    cursor = StrictText(required=False, max_length=60)
    limit = LimitField(required=False, min_value=1, max_value=MAX_LIMIT, default=DEFAULT_LIMIT)


class PageOut(serializers.Serializer[Any]):
    next_cursor = serializers.CharField(allow_null=True, help_text="null on the last page")


@dataclass(frozen=True)
class Page(Generic[Row]):
    results: list[Row]
    next_cursor: str | None


def take_page(rows: "QuerySet[Row]", query: Mapping[str, Any]) -> Page[Row]:
    """One page of `rows` by falling id, as a checked `PageQuery` asks. Raises Refused `bad_cursor` (400)."""
    limit, text = query["limit"], query.get("cursor")
    found = BY_ID.find(rows, _read_cursor(text) if text else None, limit + 1)
    has_more = len(found) > limit
    return Page(found[:limit], _make_cursor(found[limit - 1].pk) if has_more else None)


def _make_cursor(pk: int) -> str:
    return base64.urlsafe_b64encode(f"{_PREFIX}{pk}".encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> Cursor:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    place = BY_ID.read_cursor(text.removeprefix(_PREFIX)) if text.startswith(_PREFIX) else None
    if place is None:
        raise Refused("bad_cursor", _("This page does not exist. Start again with the first one."), 400)
    return place
