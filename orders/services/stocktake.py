"""Counting stock: the shelf is right, whatever orders were promised."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from orders.services.fulfilment import mark_short
from orders.stages import IN_HAND
from shop.access import require
from shop.actor import Actor
from shop.catalog.models import Sku
from shop.catalog.stock.changes import release_stock, require_reason, set_on_hand
from shop.errors import Refused
from shop.words import fill

MAX_TRIES = 5


@dataclass(frozen=True)
class Count:
    """What was counted of a SKU; `seen` is what its page showed as on hand, None to count whatever it was."""

    sku_id: int
    counted: int
    seen: int | None = None


@dataclass
class Counted:
    """What a count did: pieces on hand before and after, and order number → pieces taken from it."""

    sku: Sku
    before: int
    after: int
    taken: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Taking:
    """Pieces that one line has to give back."""

    line_id: int
    order_id: int
    pieces: int


class _Moved(Exception):
    """Between choosing the orders and locking them somebody ordered, shipped or cancelled."""


def count_stock(counts: Sequence[Count], *, reason: str, actor: Actor) -> list[Counted]:
    """Set what was counted of each SKU, all in one transaction.

    Where fewer are there than are reserved, reservations are taken from the newest orders: their lines become
    short, and they wait in the short queue. Raises Refused `reason_required`, `stock_moved` (409: `seen` is no
    longer true), `not_found`, or `busy` (409) when orders keep changing meanwhile.
    """
    require(actor, "products.stock")
    reason = require_reason(reason)
    for _try in range(MAX_TRIES):
        try:
            with transaction.atomic():
                return _count(counts, reason, actor)
        except _Moved:
            continue
    raise Refused("busy", _("Orders for these goods are changing at this moment. Try again."))


def plan_taking(sku: Sku, counted: int) -> list[Taking]:
    """Which lines give back how much when so few are there: the newest orders first."""
    missing = sku.reserved - counted
    takings: list[Taking] = []
    if missing <= 0:
        return takings
    lines = OrderLine.objects.filter(sku=sku, reserved__gt=0).order_by("-order_id", "-pk")
    for pk, order_id, reserved in lines.values_list("pk", "order_id", "reserved").iterator(chunk_size=200):
        pieces = min(missing, reserved)
        takings.append(Taking(pk, order_id, pieces))
        missing -= pieces
        if not missing:
            break
    return takings


def _count(counts: Sequence[Count], reason: str, actor: Actor) -> list[Counted]:
    wanted = {count.sku_id: count for count in counts}
    # Orders are locked before SKUs, so they are chosen by a first look and chosen again under both locks.
    glance = Sku.objects.in_bulk(list(wanted))
    chosen = {t.order_id for pk, sku in glance.items() for t in plan_taking(sku, wanted[pk].counted)}
    orders = _lock_orders(chosen)
    locked = Sku.objects.select_for_update(no_key=True).select_related("product").filter(pk__in=list(wanted))
    skus = list(locked.order_by("pk"))
    if len(skus) != len(wanted):
        raise Refused("not_found", _("There is no such SKU."), 404)
    results = [_count_one(sku, wanted[sku.pk], orders, reason, actor) for sku in skus]
    for order in orders.values():
        if order.stage in IN_HAND:
            mark_short(order)
    return results


def _lock_orders(ids: set[int]) -> dict[int, Order]:
    rows = Order.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    return {order.pk: order for order in rows}


def _count_one(sku: Sku, count: Count, orders: dict[int, Order], reason: str, actor: Actor) -> Counted:
    if count.seen is not None and count.seen != sku.on_hand:
        message = _("“%(sku)s” has moved since the page was opened: %(seen)d → %(now)d. Count it again.")
        words = {"sku": sku, "seen": count.seen, "now": sku.on_hand}
        raise Refused("stock_moved", fill(message, words), sku_id=str(sku.pk), now=sku.on_hand)
    result = Counted(sku, sku.on_hand, count.counted)
    takings = plan_taking(sku, count.counted)
    if not {taking.order_id for taking in takings} <= orders.keys():
        raise _Moved
    for taking in takings:
        order = orders[taking.order_id]
        _take(taking, order, sku, actor)
        result.taken[order.number] = result.taken.get(order.number, 0) + taking.pieces
    if takings:
        # Giving back changed the row behind the object.
        sku.refresh_from_db(fields=["reserved"])
    data: dict[str, Any] = {"taken": result.taken} if result.taken else {}
    set_on_hand(sku, count.counted, reason=reason, actor=actor, data=data)
    return result


def _take(taking: Taking, order: Order, sku: Sku, actor: Actor) -> None:
    """A line of an order that is ours to send becomes short; an unpaid one reserves again when it is paid."""
    line = OrderLine.objects.get(pk=taking.line_id)
    line.reserved -= taking.pieces
    if order.stage in IN_HAND:
        line.short += taking.pieces
    line.save(update_fields=["reserved", "short"])
    release_stock({sku.pk: taking.pieces}, order_id=order.pk, actor=actor, is_recounted=True)
