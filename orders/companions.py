"""Reading what goes in one parcel with an order, or could."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from orders.models import Order
from orders.scope import orders_in_scope
from orders.selectors import with_secrets
from orders.stages import TO_SHIP
from shop.actor import Actor

MAY_MERGE = Q(stage__in=TO_SHIP, is_held=False, is_short=False, has_label=False) & ~Q(destination=0)
"""What may be merged with others that go to the same place."""

GO_TOGETHER = Q(stage__in=TO_SHIP, bundle__isnull=False)


@dataclass(frozen=True)
class Together:
    """Orders, oldest first: those in the bundle of one, and those that could be merged with it.

    Of each no more is read than its number and what tells whether it may be merged.
    """

    companions: Sequence[Order] = ()
    mergeable: Sequence[Order] = ()


def map_together(orders: Collection[Order], *, actor: Actor) -> dict[int, Together]:
    """Order id → what goes with it, of those for which there is anything; at most one query."""
    going = [order for order in orders if order.stage in TO_SHIP and order.destination]
    found = list(_find_fellows(going, actor)) if going else []
    pairs = {order.pk: _sort(order, found) for order in going}
    return {pk: pair for pk, pair in pairs.items() if pair.companions or pair.mergeable}


def _find_fellows(orders: Sequence[Order], actor: Actor) -> "QuerySet[Order]":
    alike = Q(destination__in={order.destination for order in orders}) & ~Q(destination=0)
    if bundles := {order.bundle for order in orders if order.bundle}:
        alike |= Q(bundle__in=bundles)
    columns = ("number", "destination", "bundle", "stage", "is_held", "is_short", "has_label")
    return orders_in_scope(actor).filter(alike, stage__in=TO_SHIP).order_by("pk").only(*columns)


def _sort(order: Order, found: Sequence[Order]) -> Together:
    others = [other for other in found if other.pk != order.pk]
    companions = [other for other in others if order.bundle and other.bundle == order.bundle]
    if not _may_merge(order):
        return Together(companions)
    near = [other for other in others if other.destination == order.destination and _may_merge(other)]
    return Together(companions, [other for other in near if other not in companions])


def _may_merge(order: Order) -> bool:
    """As `MAY_MERGE` of an order that is to be shipped by courier."""
    return not (order.is_held or order.is_short or order.has_label)


def can_be_merged() -> Q:
    """The condition of orders that others could be merged with which are not in their bundle yet."""
    fellows = Order.objects.filter(MAY_MERGE, destination=OuterRef("destination")).exclude(pk=OuterRef("pk"))
    # Nothing is equal to NULL, which would leave out all fellows of an order that is in no bundle.
    apart = fellows.exclude(bundle=Coalesce(OuterRef("bundle"), 0))
    return MAY_MERGE & Q(Exists(apart))


def list_companions(order: Order) -> list[Order]:
    """The orders that are to go in one parcel with this one, in pk order; a query only where it is in a bundle."""
    if order.bundle is None or order.stage not in TO_SHIP:
        return []
    together = Order.objects.filter(customer=order.customer_id, bundle=order.bundle, stage__in=TO_SHIP)
    together = together.exclude(pk=order.pk)
    return list(with_secrets(together).order_by("pk"))


def name_companions(order: Order) -> list[str]:
    """The numbers of these orders."""
    return [other.number for other in list_companions(order)]


def list_bundled_ids(bundles: Collection[int]) -> list[int]:
    """The orders that are still to go in these bundles, by id."""
    together = (
        Order.objects.filter(bundle__in=bundles, stage__in=TO_SHIP) if bundles else Order.objects.none()
    )
    return list(together.order_by("pk").values_list("pk", flat=True))


def find_first(order: Order) -> int:
    """The first of all that goes together with an order, by id."""
    return min([order.pk, *(other.pk for other in list_companions(order))])


def find_bundle(order_id: int) -> int | None:
    """The bundle that an order is in, read unlocked."""
    return Order.objects.filter(pk=order_id).values_list("bundle", flat=True).first()


def find_parted(order_id: int) -> int | None:
    """The bundle that an order has left, until its companions are told."""
    return Order.objects.filter(pk=order_id).values_list("parted_from", flat=True).first()
