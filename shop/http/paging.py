"""Keyset pages over ids, or amounts and ids: no page number, no count, no row shown twice while new ones come in."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet
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


def page_by_amount(rows: QuerySet[ROW], column: str, request: HttpRequest, *, size: int = 50) -> Page[ROW]:
    """As `page_by_id`, by a column of whole numbers, the largest first; among equals the newest.

    The cursor is `<amount>.<id>`.
    """
    address = _Address(request.path, request.GET)
    older_than, newer_than = (_read_pair(request.GET.get(name, "")) for name in ("older", "newer"))
    if newer_than:
        above = rows.filter(_beyond(column, newer_than, "gt")).order_by(column, "pk")
        if len(nearest := list(above[: size + 1])) > size:
            return _make_sorted_page(address, column, nearest[:size][::-1], has_newer=True, has_older=True)
        older_than = None
    below = rows.filter(_beyond(column, older_than, "lt")) if older_than else rows
    found = list(below.order_by(f"-{column}", "-pk")[: size + 1])
    beyond = {"has_newer": bool(older_than), "has_older": len(found) > size}
    return _make_sorted_page(address, column, found[:size], **beyond)


def _read_pair(text: str) -> tuple[int, int] | None:
    amount, _dot, pk = text.partition(".")
    numbers = read_id(amount), read_id(pk)
    return numbers if min(numbers) >= 0 else None


def _beyond(column: str, cursor: tuple[int, int], way: str) -> Q:
    amount, pk = cursor
    # Said twice, so that an index of the column is entered where the cursor is.
    is_near = Q(**{f"{column}__{way}e": amount})
    return is_near & (Q(**{f"{column}__{way}": amount}) | Q(**{column: amount, f"pk__{way}": pk}))


def _make_sorted_page(
    address: "_Address", column: str, rows: list[ROW], *, has_newer: bool, has_older: bool
) -> Page[ROW]:
    if not rows:
        return Page([], newer_url=address.at() if has_newer else "")
    first, last = (f"{getattr(row, column)}.{row.pk}" for row in (rows[0], rows[-1]))
    newer = address.at(newer=first) if has_newer else ""
    return Page(rows, newer, address.at(older=last) if has_older else "")


def _read(request: HttpRequest, name: str) -> int:
    return max(read_id(request.GET.get(name, "")), 0)


@dataclass(frozen=True)
class _Address:
    path: str
    query: QueryDict

    def at(self, **cursor: int | str) -> str:
        values = self.query.copy()
        for name in ("older", "newer"):
            values.pop(name, None)
        for name, key in cursor.items():
            values[name] = str(key)
        return f"{self.path}?{values.urlencode()}" if values else self.path


def _make_page(address: _Address, rows: list[ROW], *, has_newer: bool, has_older: bool) -> Page[ROW]:
    if not rows:
        return Page([], newer_url=address.at() if has_newer else "")
    newer = address.at(newer=rows[0].pk) if has_newer else ""
    return Page(rows, newer, address.at(older=rows[-1].pk) if has_older else "")
