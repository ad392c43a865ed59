"""Keyset pages over ids: no page number, no count of a whole table, no row shown twice while new ones come in."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict

from shop.http.fields import read_id

ROW = TypeVar("ROW", bound=Model)


@dataclass(frozen=True)
class Page(Generic[ROW]):
    """Rows newest first; the addresses are "" where nothing lies beyond."""

    rows: list[ROW]
    newer_url: str = ""
    older_url: str = ""


def page_by_id(rows: QuerySet[ROW], request: HttpRequest, *, size: int = 50, path: str = "") -> Page[ROW]:
    """The page that `?older=<id>` (rows below that id) or `?newer=<id>` (rows above it) asks for, else the first.

    `path` is where the pages are when the request came to another address. At most two queries.
    """
    address = _Address(path or request.path, request.GET)
    older_than, newer_than = _read(request, "older"), _read(request, "newer")
    if newer_than:
        above = list(rows.filter(pk__gt=newer_than).order_by("pk")[: size + 1])
        if len(above) > size:
            return _make_page(address, above[:size][::-1], has_newer=True, has_older=True)
        # What is left is the first page: showing it whole is better than a page of two rows.
        older_than = 0
    below = rows.filter(pk__lt=older_than) if older_than else rows
    found = list(below.order_by("-pk")[: size + 1])
    return _make_page(address, found[:size], has_newer=bool(older_than), has_older=len(found) > size)


def _read(request: HttpRequest, name: str) -> int:
    return max(read_id(request.GET.get(name, "")), 0)


@dataclass(frozen=True)
class _Address:
    path: str
    query: QueryDict

    def at(self, **cursor: int) -> str:
        values = self.query.copy()
        for name in ("older", "newer"):
            values.pop(name, None)
        for name, pk in cursor.items():
            values[name] = str(pk)
        return f"{self.path}?{values.urlencode()}" if values else self.path


def _make_page(address: _Address, rows: list[ROW], *, has_newer: bool, has_older: bool) -> Page[ROW]:
    if not rows:
        return Page([], newer_url=address.at() if has_newer else "")
    newer = address.at(newer=rows[0].pk) if has_newer else ""
    return Page(rows, newer, address.at(older=rows[-1].pk) if has_older else "")
