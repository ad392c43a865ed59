"""Keyset pages over ids, or a column and ids: no page number, no count, no row shown twice while new ones come in."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime

from shop.http.api.fields import read_id
from shop.http.query import make_url

ROW = TypeVar("ROW", bound=Model)
ITEM = TypeVar("ITEM")
# Links of former versions have a dot before the id.
_CURSOR = re.compile(r"(?:(?P<value>.{1,40})[~.])?(?P<id>[0-9]{1,19})")


@dataclass(frozen=True)
class Cursor:
    """A place between two rows: the last row seen, by id or by the value of a column and id."""

    id: int
    value: Any = None


@dataclass(frozen=True)
class Keyset:
    """Rows by a falling column, among equals by falling id; without a column by id alone.

    `read` takes the column's value out of an address: None for what is none.
    """

    column: str = ""
    read: Callable[[str], Any] = str

    @property
    def keys(self) -> list[str]:
        return [self.column, "pk"] if self.column else ["pk"]

    def read_cursor(self, text: str) -> Cursor | None:
        """A place out of an address; None for anything that is not one."""
        found = _CURSOR.fullmatch(text)
        pk = read_id(found["id"]) if found else -1
        if not found or pk < 0:
            return None
        value = self.read(found["value"]) if self.column and found["value"] else None
        return None if self.column and value is None else Cursor(pk, value)

    def write_cursor(self, row: Model) -> str:
        """The place of a row, for an address."""
        if not self.column:
            return str(row.pk)
        value = getattr(row, self.column)
        return f"{value.isoformat() if isinstance(value, datetime) else value}~{row.pk}"

    def sort(self, *, is_newer: bool) -> list[str]:
        """What to order by: outwards from the cursor."""
        return self.keys if is_newer else [f"-{key}" for key in self.keys]

    def beyond(self, cursor: Cursor | None, *, is_newer: bool) -> Q:
        """Which rows lie there; all without a cursor."""
        way = "gt" if is_newer else "lt"
        if not cursor:
            return Q()
        if not self.column:
            return Q(**{f"pk__{way}": cursor.id})
        # Said twice, so that an index of the column is entered where the cursor is.
        is_near = Q(**{f"{self.column}__{way}e": cursor.value})
        is_equal = Q(**{self.column: cursor.value, f"pk__{way}": cursor.id})
        return is_near & (Q(**{f"{self.column}__{way}": cursor.value}) | is_equal)

    def find(
        self, rows: QuerySet[ROW], cursor: Cursor | None, limit: int, *, is_newer: bool = False
    ) -> list[ROW]:
        """So many rows outwards from the cursor."""
        near = rows.filter(self.beyond(cursor, is_newer=is_newer))
        return list(near.order_by(*self.sort(is_newer=is_newer))[:limit])


@dataclass(frozen=True)
class RisingKeyset(Keyset):
    """The same with the lowest first, as in a queue: `older` leads on to higher values."""

    def find(
        self, rows: QuerySet[ROW], cursor: Cursor | None, limit: int, *, is_newer: bool = False
    ) -> list[ROW]:
        return super().find(rows, cursor, limit, is_newer=not is_newer)


def read_moment(text: str) -> datetime | None:
    """A moment out of an address, None for what is none."""
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    return at if at and at.tzinfo else None


BY_ID = Keyset()


@dataclass(frozen=True)
class Turn(Generic[ITEM]):
    """What one page shows, newest first, and whether more lies beyond."""

    items: list[ITEM]
    has_newer: bool
    has_older: bool


def turn_page(
    find: Callable[[Cursor | None, bool], list[ITEM]],
    size: int,
    *,
    older: Cursor | None,
    newer: Cursor | None,
) -> Turn[ITEM]:
    """The page below (`older`) or above (`newer`) a place, else the first; at most two calls of `find`.

    `find(cursor, is_newer)` gives `size` + 1 items outwards from there.
    """
    if newer and len(above := find(newer, True)) > size:
        return Turn(above[:size][::-1], has_newer=True, has_older=True)
    # Where fewer are left, showing the first page whole is better than a page of two rows.
    below = None if newer else older
    found = find(below, False)
    return Turn(found[:size], has_newer=below is not None, has_older=len(found) > size)


@dataclass(frozen=True)
class Page(Generic[ROW]):
    """Rows newest first; the addresses are "" where nothing lies beyond."""

    rows: list[ROW]
    newer_url: str = ""
    older_url: str = ""


def read_page(
    rows: QuerySet[ROW], request: HttpRequest, keyset: Keyset = BY_ID, *, size: int = 50, path: str = ""
) -> Page[ROW]:
    """The page that `?older=` (rows below a place) or `?newer=` (rows above it) asks for, else the first.

    `path` is where the pages are when the request came to another address. At most two queries.
    """
    older, newer = (keyset.read_cursor(request.GET.get(name, "")) for name in ("older", "newer"))
    turn = turn_page(
        lambda cursor, is_newer: keyset.find(rows, cursor, size + 1, is_newer=is_newer),
        size,
        older=older,
        newer=newer,
    )

    def at(**cursor: str) -> str:
        return make_url(path or request.path, request.GET, **{"older": "", "newer": "", **cursor})

    if not turn.items:
        return Page([], newer_url=at() if turn.has_newer else "")
    first, last = keyset.write_cursor(turn.items[0]), keyset.write_cursor(turn.items[-1])
    return Page(
        turn.items, at(newer=first) if turn.has_newer else "", at(older=last) if turn.has_older else ""
    )
