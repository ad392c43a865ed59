"""Reading orders for the list, by keyset: a page costs the same however deep it lies."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from orders.desk.list.conditions import is_in_queue
from orders.desk.list.filters import DateKind, Filters, WorkQueue
from orders.desk.search.branches import limit_branch
from orders.desk.search.matches import Matches, list_ids_by_fragment
from orders.desk.search.words import is_fragment
from orders.models import HAS_REMARK, HashKind, Order, OrderLine
from orders.numbers import LENGTH
from orders.payments.models import Refund, RefundState
from orders.search import find_by_hash, newest_orders_of, normalise, sold_as
from orders.selectors import with_secrets
from orders.shipping.models import HANDED_OVER, Parcel
from orders.stages import Stage
from shop import clock

LAST_DIGITS = 4
_CURSOR = re.compile(r"^(?:(?P<at>[\dT:.+Z-]{10,40})~)?(?P<id>\d{1,18})$")


@dataclass(frozen=True)
class Cursor:
    """A place between two rows: the last row seen, by id or by date and id."""

    id: int
    at: datetime | None = None

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.id}" if self.at else str(self.id)


@dataclass(frozen=True)
class Page:
    """One page, newest first; the cursors are "" where nothing lies beyond."""

    orders: list[Order]
    newer: str = ""
    older: str = ""


def parse_cursor(text: str) -> Cursor | None:
    """Read a cursor from an address; None for anything that is not one."""
    found = _CURSOR.match(text)
    if not found:
        return None
    try:
        at = parse_datetime(found["at"]) if found["at"] else None
    except ValueError:
        return None
    if found["at"] and (at is None or at.tzinfo is None):
        return None
    return Cursor(int(found["id"]), at)


def get_page(filters: Filters, matches: Matches | None, *, older: str = "", newer: str = "") -> Page:
    """The page after (`older`) or before (`newer`) a cursor, else the first; two queries."""
    newer_than, older_than = parse_cursor(newer), parse_cursor(older)
    if newer_than is not None:
        ids, has_more = _list_ids(filters, matches, newer_than, is_newer=True)
        if not has_more:
            # What is left is the first page: showing it whole is better than a page of two rows.
            return get_page(filters, matches)
        return _make_page(filters, ids, has_newer=True, has_older=True)
    ids, has_more = _list_ids(filters, matches, older_than, is_newer=False)
    return _make_page(filters, ids, has_newer=older_than is not None, has_older=has_more)


def _make_page(filters: Filters, ids: list[int], *, has_newer: bool, has_older: bool) -> Page:
    orders = load_orders(ids)
    if not orders:
        return Page([], newer="", older="")
    newer = _cursor_of(orders[0], filters) if has_newer else ""
    return Page(orders, newer, _cursor_of(orders[-1], filters) if has_older else "")


def _cursor_of(order: Order, filters: Filters) -> str:
    column = filters.date_column
    return str(Cursor(order.pk, getattr(order, column) if column else None))


def _list_ids(
    filters: Filters, matches: Matches | None, cursor: Cursor | None, *, is_newer: bool
) -> tuple[list[int], bool]:
    """Ids of one page, newest first, and whether more lie beyond."""
    stages = filters.stages
    if stages is None:
        return [], False
    if matches is not None and filters.is_search_alone:
        return _slice_found(matches, cursor, filters.size, is_newer=is_newer)
    orders = _narrow_but_goods(Order.objects.all(), filters, matches)
    if cursor:
        orders = orders.filter(_beyond(cursor, filters.date_column, is_newer))
    keys = [filters.date_column, "id"] if filters.date_column else ["id"]
    order_by = keys if is_newer else [f"-{key}" for key in keys]
    wanted = filters.size + 1
    if words := filters.get("product"):
        found = _list_with_goods(words, orders, stages, cursor, order_by, wanted)
    else:
        found = _list_by_stage(orders, stages, keys, order_by, wanted)
    has_more, ids = len(found) == wanted, found[: filters.size]
    return (ids[::-1] if is_newer else ids), has_more


def _slice_found(
    matches: Matches, cursor: Cursor | None, size: int, *, is_newer: bool
) -> tuple[list[int], bool]:
    """As `_list_ids`, of orders that are known already."""
    ids = sorted(matches.ids, reverse=True)
    if cursor:
        ids = [pk for pk in ids if (pk > cursor.id if is_newer else pk < cursor.id)]
    return (ids[-size:] if is_newer else ids[:size]), len(ids) > size


def _list_by_stage(
    orders: "QuerySet[Order]", stages: Sequence[Stage], keys: list[str], order_by: list[str], wanted: int
) -> list[int]:
    """One keyset query per stage: `stage IN` with a LIMIT reads past the rows of the rarer to the end of the table."""
    branches = [orders.filter(stage=stage) if stage else orders for stage in stages or ("",)]
    if len(branches) == 1:
        return list(branches[0].order_by(*order_by).values_list("id", flat=True)[:wanted])
    pages = [limit_branch(branch.order_by(*order_by), "pk", wanted) for branch in branches]
    return [row[-1] for row in _unite(pages, keys).order_by(*order_by)[:wanted]]


def _list_with_goods(
    words: str,
    orders: "QuerySet[Order]",
    stages: Sequence[Stage],
    cursor: Cursor | None,
    order_by: list[str],
    wanted: int,
) -> list[int]:
    """One keyset query per SKU that was sold under these words."""
    if stages:
        orders = orders.filter(stage__in=stages)
    # The line's index knows the order only by its own column.
    by_line = [re.sub(r"^(-?)id$", r"\1lines__order_id", key) for key in order_by]
    bound = {}
    if cursor and cursor.at is None:
        bound = {f"lines__order_id__{'lt' if order_by[0].startswith('-') else 'gt'}": cursor.id}
    found = newest_orders_of(sold_as(words), orders.order_by(*by_line), limit=wanted, **bound)
    return list(Order.objects.filter(pk__in=found).order_by(*order_by).values_list("id", flat=True)[:wanted])


def _unite(branches: "list[QuerySet[Order]]", keys: list[str]) -> Any:
    first, *others = [branch.values_list(*keys) for branch in branches]
    return first.union(*others, all=True)


def narrow(
    orders: "QuerySet[Order]",
    filters: Filters,
    matches: Matches | None,
    cursor: Cursor | None,
    is_newer: bool,
) -> "QuerySet[Order]":
    """Every filter but the stages, in any order of rows."""
    orders = _narrow_but_goods(orders, filters, matches)
    if words := filters.get("product"):
        bought = OrderLine.objects.filter(sku__in=sold_as(words))
        orders = orders.filter(pk__in=bought.values("order_id"))
    return orders.filter(_beyond(cursor, filters.date_column, is_newer)) if cursor else orders


def _narrow_but_goods(
    orders: "QuerySet[Order]", filters: Filters, matches: Matches | None
) -> "QuerySet[Order]":
    if queue := filters.get("queue"):
        orders = orders.filter(is_in_queue(WorkQueue(queue), clock.now()))
    if matches is not None:
        orders = orders.filter(pk__in=matches.ids)
    orders = _narrow_by_keys(orders, filters)
    plain = {
        "delivery": filters.get("delivery"),
        "pay_method": filters.get("pay"),
        "aftersale_mark": filters.get("aftersale"),
        "source": filters.get("source"),
        "customer_id": filters.get("buyer"),
    }
    orders = orders.filter(**{name: value for name, value in plain.items() if value})
    bounds = {
        "payable_fen__gte": filters.values.get("above"),
        "payable_fen__lte": filters.values.get("below"),
    }
    orders = orders.filter(**{name: fen for name, fen in bounds.items() if fen is not None})
    if filters.get("remark"):
        orders = orders.filter(HAS_REMARK)
    return _between(orders, filters)


def _narrow_by_keys(orders: "QuerySet[Order]", filters: Filters) -> "QuerySet[Order]":
    if digits := normalise(filters.get("number")):
        orders = orders.filter(_has_number(digits))
    if phone := normalise(filters.get("phone")):
        orders = _having(orders, HashKind.PHONE4 if len(phone) == LAST_DIGITS else HashKind.PHONE, phone)
    if recipient := filters.get("recipient"):
        orders = _having(orders, HashKind.RECIPIENT, recipient)
    return orders


def _has_number(digits: str) -> Q:
    if is_fragment(digits):
        return Q(pk__in=list_ids_by_fragment(digits))
    return Q(number=digits) if len(digits) >= LENGTH else Q(number__contains=digits)


def _having(orders: "QuerySet[Order]", kind: HashKind, value: str) -> "QuerySet[Order]":
    return orders.filter(pk__in=find_by_hash(kind, value).values("order_id"))


def _between(orders: "QuerySet[Order]", filters: Filters) -> "QuerySet[Order]":
    """Days are the shop's own, both ends included."""
    bounds: dict[str, datetime] = {}
    if since := filters.get("since"):
        bounds["gte"] = start_of_day(since)
    if until := filters.get("until"):
        bounds["lt"] = start_of_day(until + timedelta(days=1))
    if not bounds:
        return orders
    if filters.date_kind != DateKind.REFUNDED:
        return orders.filter(**{f"{filters.date_column}__{way}": at for way, at in bounds.items()})
    refunds = Refund.objects.filter(**{f"finished_at__{way}": at for way, at in bounds.items()})
    return orders.filter(pk__in=refunds.filter(state=RefundState.DONE).values("order_id"))


def start_of_day(day: date) -> datetime:
    """Midnight in the shop's time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _beyond(cursor: Cursor, column: str, is_newer: bool) -> Q:
    way = "gt" if is_newer else "lt"
    if not column:
        return Q(**{f"id__{way}": cursor.id})
    if cursor.at is None:
        return Q()
    same = Q(**{column: cursor.at, f"id__{way}": cursor.id})
    return Q(**{f"{column}__{way}e": cursor.at}) & (Q(**{f"{column}__{way}": cursor.at}) | same)


def load_orders(ids: list[int]) -> list[Order]:
    """Orders in the order of `ids`, those that are not there left out; one query."""
    by_id = with_secrets(Order.objects.all()).in_bulk(ids)
    return [by_id[pk] for pk in ids if pk in by_id]


def map_lines(ids: Iterable[int]) -> dict[int, list[OrderLine]]:
    """Order id → its lines; one query.

    A prefetch would build a query for each order on the way: two milliseconds of a page.
    """
    found: dict[int, list[OrderLine]] = {}
    for line in OrderLine.objects.filter(order_id__in=ids).order_by("id"):
        found.setdefault(line.order_id, []).append(line)
    return found


def map_couriers(orders: Iterable[Order]) -> dict[int, list[str]]:
    """Order id → codes of the couriers that carry its parcels; one query, none without shipped orders."""
    sent = [order.pk for order in orders if order.pieces_shipped]
    if not sent:
        return {}
    rows = Parcel.objects.filter(state__in=HANDED_OVER, lines__order_line__order_id__in=sent)
    found: dict[int, list[str]] = {}
    for order_id, courier in rows.values_list("lines__order_line__order_id", "courier").distinct():
        found.setdefault(order_id, []).append(courier)
    return found
