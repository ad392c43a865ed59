"""Which orders somebody may see: the one door by which pages read them."""

from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from orders.models import Order
from orders.stages import Source
from shop.actor import Actor, ActorKind

ALL = "all"
_Row = TypeVar("_Row", bound=Model)


def scope_key(actor: Actor) -> str:
    """All that tells what the actor may see, as a key for what is kept for several people: "all" or "customer:12"."""
    owner_id = _find_owner(actor)
    return ALL if owner_id is None else f"customer:{owner_id}"


def _find_owner(actor: Actor) -> int | None:
    """The buyer of the only orders that the actor may see, None for who sees all."""
    return (actor.id or 0) if actor.kind == ActorKind.CUSTOMER else None


def orders_in_scope(actor: Actor) -> "QuerySet[Order]":
    """Orders the actor may see: buyers their own, staff and machines all."""
    return orders_of(scope_key(actor))


def orders_of(scope: str) -> "QuerySet[Order]":
    """The orders of a scope, given by its key."""
    return Order.objects.filter(**_columns_of(scope))


def real_orders_in_scope(actor: Actor) -> "QuerySet[Order]":
    """Those of them that buyers placed: what lists show and counts count. Test orders are reached by their number."""
    return real_orders_of(scope_key(actor))


def real_orders_of(scope: str) -> "QuerySet[Order]":
    """The same of a scope, given by its key."""
    # Not by the column itself, which would have every count read the rows and not an index alone.
    return orders_of(scope).exclude(pk__in=Order.objects.filter(source=Source.TEST).values("pk"))


def is_in_scope(order: Order, actor: Actor) -> bool:
    """The same of an order that has been read already."""
    return all(getattr(order, name) == value for name, value in _columns_of(scope_key(actor)).items())


def rows_in_scope(
    rows: "QuerySet[_Row]", scope: str, order_id: str = "order_id", *, or_of_none: bool = False
) -> "QuerySet[_Row]":
    """Of these rows those whose order, which `order_id` leads to, is in the scope; `or_of_none`: or that have none."""
    if scope == ALL:
        return rows
    fits = Q(**{f"{order_id}__in": orders_of(scope)})
    return rows.filter(fits | Q(**{f"{order_id}__isnull": True}) if or_of_none else fits)


def _columns_of(scope: str) -> dict[str, Any]:
    """The columns that narrow a scope, with their values. Raises ValueError for what is no key of a scope."""
    if scope == ALL:
        return {}
    column, _colon, pk = scope.partition(":")
    return {f"{column}_id": int(pk)}
