"""Which orders somebody may see."""

from django.db.models import QuerySet

from orders.models import Order
from shop.actor import Actor, ActorKind


def orders_in_scope(actor: Actor) -> "QuerySet[Order]":
    """Orders the actor may see: buyers their own, staff all."""
    if actor.kind == ActorKind.CUSTOMER:
        return Order.objects.filter(customer=actor.id or 0)
    return Order.objects.all()
