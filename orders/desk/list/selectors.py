"""Reading orders for the list, by keyset: a page costs the same however deep it lies."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import F, Q, QuerySet

from orders.archive import Archive
from orders.companions import GO_TOGETHER, can_be_merged
from orders.desk.list.conditions import is_in_queue, is_missed_today
from orders.desk.list.filters import DateKind, Filters, Tab, WorkQueue
from orders.desk.search.branches import limit_branch
from orders.desk.search.matches import Matches, find_matches, list_ids_by_fragment
from orders.desk.search.words import is_fragment
from orders.invoices.models import TO_CORRECT, InvoiceRequest
from orders.models import HAS_REMARK, HashKind, Order, OrderLine
from orders.numbers import LENGTH
from orders.payments.models import Refund, RefundState
from orders.scope import orders_in_scope, real_orders_in_scope, scope_key
from orders.search import find_by_hash, find_recipient, newest_orders_of, sold_as
from orders.selectors import with_secrets
from orders.shipping.models import HANDED_OVER, Direction, Parcel
from orders.stages import OVER, Source, Stage
from shop import clock
from shop.actor import Actor
from shop.http.paging import BY_ID, Cursor, Keyset, read_moment, turn_page
from shop.spelling import normalise

LAST_DIGITS = 4


@dataclass(frozen=True)
class Page:
    """One page, newest first; the cursors are "" where nothing lies beyond."""

    orders: list[Order]
    newer: str = ""
    older: str = ""


def get_page(
    filters: Filters, matches: Matches | None, *, actor: Actor, older: str = "", newer: str = ""
) -> Page:
    """The page of the actor's orders after (`older`) or before (`newer`) a cursor, else the first; two queries."""
    keyset = Keyset(filters.date_column, read_moment)
    turn = turn_page(
        lambda cursor, is_newer: _list_ids(filters, matches, actor, keyset, cursor, is_newer),
        filters.size,
        older=keyset.read_cursor(older),
        newer=keyset.read_cursor(newer),
    )
    orders = load_orders(turn.items, actor=actor)
    if not orders:
        return Page([])
    first, last = keyset.write_cursor(orders[0]), keyset.write_cursor(orders[-1])
    return Page(orders, first if turn.has_newer else "", last if turn.has_older else "")


def has_any(filters: Filters, *, actor: Actor) -> bool:
    """Whether there is an order on the first page; one query where nothing was typed into the box."""
    keyset = Keyset(filters.date_column, read_moment)
    return bool(_list_ids(filters, search(filters, actor=actor), actor, keyset, None, is_newer=False))


def _list_ids(
    filters: Filters,
    matches: Matches | None,
    actor: Actor,
    keyset: Keyset,
    cursor: Cursor | None,
    is_newer: bool,
) -> list[int]:
    """Ids outwards from the cursor: one more than a page shows, if there are."""
    stages, wanted = filters.stages, filters.size + 1
    if stages is None:
        return []
    if matches is not None and filters.is_search_alone:
        return _slice_found(matches, cursor, is_newer)[:wanted]
    orders = _narrow_but_goods(filters, matches, actor)
    orders = orders.filter(keyset.beyond(cursor, is_newer=is_newer))
    order_by = keyset.sort(is_newer=is_newer)
    if words := filters.get("product"):
        return _list_with_goods(words, orders, stages, cursor, order_by, wanted, scope_key(actor))
    if archive := filters.hidden_archive:
        seen = orders_in_scope(actor)
        edge = archive.find_edge(seen)
        stragglers = partial(archive.list_stragglers, seen, edge)
        return _InSight(orders, stages, archive, edge, stragglers, is_newer).list_ids(cursor, wanted)
    return _list_by_stage(orders, stages, keyset.keys, order_by, wanted)


@dataclass(frozen=True)
class _InSight:
    """What is not archived, by id: what was placed since is nearly all of it, and is walked down to the edge.

    Beyond the edge a walk would read the whole archive: what is in sight there is found by other indexes, and asked for
    only when a page comes so far.
    """

    orders: "QuerySet[Order]"
    stages: Sequence[Stage]
    archive: Archive
    edge: int
    list_stragglers: Callable[[], list[int]]
    is_newer: bool

    def list_ids(self, cursor: Cursor | None, wanted: int) -> list[int]:
        """Ids outwards from the cursor."""
        halves = [self._list_far, self._list_near] if self.is_newer else [self._list_near, self._list_far]
        if cursor and (cursor.id < self.edge) != self.is_newer:
            halves = halves[1:]
        found: list[int] = []
        for list_half in halves:
            if len(found) < wanted:
                found += list_half(wanted - len(found))
        return found

    def _list_near(self, limit: int) -> list[int]:
        near = self.orders.filter(self.archive.in_sight, pk__gte=self.edge)
        return _list_by_stage(near, self.stages, BY_ID.keys, BY_ID.sort(is_newer=self.is_newer), limit)

    def _list_far(self, limit: int) -> list[int]:
        far = self.orders.filter(pk__lt=self.edge)
        # Sorted by a sum, lest an index of ids is walked until enough have fitted.
        by_rank = "rank" if self.is_newer else "-rank"
        over = [stage for stage in self.stages or Stage if stage in OVER]
        parts = [far.filter(stage=stage) for stage in self.stages or Stage if stage not in OVER]
        parts.append(far.filter(self.archive.in_sight, stage__in=over, pk__in=self.list_stragglers()))
        pages = [limit_branch(part.alias(rank=F("pk") + 0).order_by(by_rank), "pk", limit) for part in parts]
        found = _unite(pages, BY_ID.keys) if len(pages) > 1 else pages[0].values_list("pk")
        return sorted((pk for (pk,) in found), reverse=not self.is_newer)[:limit]


def _slice_found(matches: Matches, cursor: Cursor | None, is_newer: bool) -> list[int]:
    """As `_list_ids`, of orders that are known already."""
    ids = sorted(matches.ids, reverse=not is_newer)
    return [pk for pk in ids if not cursor or (pk > cursor.id if is_newer else pk < cursor.id)]


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
    scope: str,
) -> list[int]:
    """One keyset query per SKU that was sold under these words."""
    if stages:
        orders = orders.filter(stage__in=stages)
    # The line's index knows the order only by its own column.
    by_line = [re.sub(r"^(-?)pk$", r"\1lines__order_id", key) for key in order_by]
    bound = {}
    if cursor and cursor.value is None:
        bound = {f"lines__order_id__{'lt' if order_by[0].startswith('-') else 'gt'}": cursor.id}
    found = newest_orders_of(sold_as(words), scope, orders.order_by(*by_line), limit=wanted, **bound)
    return list(orders.filter(pk__in=found).order_by(*order_by).values_list("id", flat=True)[:wanted])


def _unite(branches: "Sequence[QuerySet[Any, Any]]", keys: list[str]) -> Any:
    first, *others = [branch.values_list(*keys) for branch in branches]
    return first.union(*others, all=True)


def search(filters: Filters, *, actor: Actor) -> Matches | None:
    """What the search box finds of the actor's orders, None where nothing was typed."""
    return find_matches(filters.get("q"), actor=actor) if filters.get("q") else None


def narrow(filters: Filters, *, actor: Actor) -> "QuerySet[Order]":
    """The actor's orders that fit every filter but the stages, in any order of rows."""
    orders = _narrow_but_goods(filters, search(filters, actor=actor), actor)
    if archive := filters.hidden_archive:
        orders = orders.filter(archive.in_sight)
    if words := filters.get("product"):
        bought = OrderLine.objects.filter(sku__in=sold_as(words))
        orders = orders.filter(pk__in=bought.values("order_id"))
    return orders


def split_by_stage(
    filters: Filters, orders: "QuerySet[Order]", stages: Iterable[Stage]
) -> "list[QuerySet[Order]]":
    """What of the narrowed orders is in these stages, in parts for each of which there is an index."""
    if archive := filters.hidden_archive:
        return [part for stage in stages for part in archive.split(orders, stage)]
    return [orders.filter(stage=stage) for stage in stages]


def _narrow_but_goods(filters: Filters, matches: Matches | None, actor: Actor) -> "QuerySet[Order]":
    asks_for_it = filters.get("number") or filters.get("buyer") or filters.get("source") == Source.TEST
    is_meant = matches is not None or asks_for_it
    orders = orders_in_scope(actor) if is_meant else real_orders_in_scope(actor)
    if filters.tab == Tab.ARCHIVED and filters.archive:
        orders = orders.filter(filters.archive.archived)
    if queue := filters.get("queue"):
        orders = orders.filter(is_in_queue(WorkQueue(queue), clock.now()))
    if filters.get("due"):
        orders = orders.filter(is_missed_today(clock.now()))
    if matches is not None:
        orders = orders.filter(pk__in=matches.ids)
    orders = _narrow_by_keys(orders, filters, actor)
    plain = {
        "delivery__in": filters.deliveries,
        "pickup_store_id": filters.get("store"),
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
    if filters.get("printed"):
        orders = orders.filter(printed_at__isnull=True)
    if parcel := filters.get("parcel"):
        orders = orders.filter(can_be_merged() if parcel == "mergeable" else GO_TOGETHER)
    if wanted := filters.get("invoice"):
        is_wanted = TO_CORRECT if wanted == "to_correct" else Q(state=wanted)
        orders = orders.filter(pk__in=InvoiceRequest.objects.filter(is_wanted).values("order_id"))
    return _between(orders, filters)


def _narrow_by_keys(orders: "QuerySet[Order]", filters: Filters, actor: Actor) -> "QuerySet[Order]":
    if digits := normalise(filters.get("number")):
        orders = orders.filter(_has_number(digits, actor))
    if phone := normalise(filters.get("phone")):
        orders = _having(orders, HashKind.PHONE4 if len(phone) == LAST_DIGITS else HashKind.PHONE, phone)
    if recipient := filters.get("recipient"):
        orders = orders.filter(pk__in=find_recipient(recipient).values("order_id"))
    return orders


def _has_number(digits: str, actor: Actor) -> Q:
    if is_fragment(digits):
        return Q(pk__in=list_ids_by_fragment(digits, actor=actor))
    return Q(number=digits) if len(digits) >= LENGTH else Q(number__contains=digits)


def _having(orders: "QuerySet[Order]", kind: HashKind, value: str) -> "QuerySet[Order]":
    return orders.filter(pk__in=find_by_hash(kind, value).values("order_id"))


def _between(orders: "QuerySet[Order]", filters: Filters) -> "QuerySet[Order]":
    """Days are the shop's own, both ends included."""
    bounds: dict[str, datetime] = {}
    if since := filters.get("since"):
        bounds["gte"] = clock.start_of_day(since)
    if until := filters.get("until"):
        bounds["lt"] = clock.start_of_day(until + timedelta(days=1))
    if not bounds:
        return orders
    if filters.date_kind != DateKind.REFUNDED:
        return orders.filter(**{f"{filters.date_column}__{way}": at for way, at in bounds.items()})
    refunds = Refund.objects.filter(**{f"finished_at__{way}": at for way, at in bounds.items()})
    return orders.filter(pk__in=refunds.filter(state=RefundState.DONE).values("order_id"))


def load_orders(ids: list[int], *, actor: Actor) -> list[Order]:
    """Orders in the order of `ids`, those that are not in the actor's scope left out; one query."""
    by_id = with_secrets(orders_in_scope(actor), "pickup_store__name").in_bulk(ids)
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
    gone = Parcel.objects.filter(state__in=HANDED_OVER, direction=Direction.OUT)
    rows = gone.filter(lines__order_line__order_id__in=sent)
    found: dict[int, list[str]] = {}
    for order_id, courier in rows.values_list("lines__order_line__order_id", "courier").distinct():
        found.setdefault(order_id, []).append(courier)
    return found
