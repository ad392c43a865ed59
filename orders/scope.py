"""Which orders somebody may see: the one door by which pages read them."""

from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from orders.models import Order
from orders.stages import Source
from shop.actor import Actor, ActorKind

ALL = "all"
_Row = TypeVar("_Row", bound=Model)


def scope_key(actor: Actor) -> str:
    """All that tells what the actor may see, as a key for what is kept for several people.

    "all", "customer:12", or "stores:1,2" for who hands out at these pickup stores.
    """
    if actor.kind == ActorKind.CUSTOMER:
        return f"customer:{actor.id or 0}"
    if actor.store_ids or actor.kind == ActorKind.VERIFIER:
        return f"stores:{','.join(map(str, sorted(actor.store_ids)))}"
    return ALL


def orders_in_scope(actor: Actor) -> "QuerySet[Order]":
    """Orders the actor may see: buyers their own, who is bound to stores what is picked up there, others all."""
    return orders_of(scope_key(actor))


def orders_of(scope: str) -> "QuerySet[Order]":
    """The orders of a scope, given by its key."""
    if scope == ALL:
        return Order.objects.all()
    column, ids = _read_bounds(scope)
    return Order.objects.filter(**({column: ids[0]} if len(ids) == 1 else {f"{column}__in": ids}))


def real_orders_in_scope(actor: Actor) -> "QuerySet[Order]":
    """Those of them that buyers placed: what lists show and counts count. Test orders are reached by their number."""
    return real_orders_of(scope_key(actor))


def real_orders_of(scope: str) -> "QuerySet[Order]":
    """The same of a scope, given by its key."""
    # Not by the column itself, which would have every count read the rows and not an index alone.
    return orders_of(scope).exclude(pk__in=Order.objects.filter(source=Source.TEST).values("pk"))


def is_in_scope(order: Order, actor: Actor) -> bool:
    """The same of an order that has been read already."""
    scope = scope_key(actor)
    if scope == ALL:
        return True
    column, ids = _read_bounds(scope)
    return getattr(order, column) in ids


def rows_in_scope(
    rows: "QuerySet[_Row]", scope: str, order_id: str = "order_id", *, or_of_none: bool = False
) -> "QuerySet[_Row]":
    """Of these rows those whose order, which `order_id` leads to, is in the scope; `or_of_none`: or that have none."""
    if scope == ALL:
        return rows
    fits = Q(**{f"{order_id}__in": orders_of(scope)})
    return rows.filter(fits | Q(**{f"{order_id}__isnull": True}) if or_of_none else fits)


def rows_at_stores(rows: "QuerySet[_Row]", actor: Actor, store_id: str = "store_id") -> "QuerySet[_Row]":
    """Of rows that belong to a store whatever became of an order those of the stores that bind the actor, if any do."""
    if actor.store_ids or actor.kind == ActorKind.VERIFIER:
        return rows.filter(**{f"{store_id}__in": actor.store_ids})
    return rows


_COLUMNS = {"customer": "customer_id", "stores": "pickup_store_id"}


def _read_bounds(scope: str) -> tuple[str, list[int]]:
    """The column that narrows a scope, with its values. Raises ValueError for what is no key of a scope."""
    kind, _colon, ids = scope.partition(":")
    if kind not in _COLUMNS:
        raise ValueError(f"no scope: {scope!r}")
    return _COLUMNS[kind], [int(pk) for pk in ids.split(",") if pk]
