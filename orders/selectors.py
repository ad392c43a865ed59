"""Reading orders: by number within an actor's scope, and rows that are due."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderLine
from orders.scope import is_in_scope, orders_in_scope
from orders.stages import AftersaleMark, Source, Stage
from shop.actor import Actor
from shop.database.kept import KeptQuery, Param
from shop.errors import Refused
from shop.store.choices import Delivery

TEST_LIFE = timedelta(days=1)
"""So long a test order stays."""

_BY_NUMBER = KeptQuery(
    lambda: Order.objects.select_related("customer").filter(number=Param("number", models.CharField()))
)

_LINES = KeptQuery(
    lambda: (
        OrderLine.objects.select_related("sku")
        .filter(order_id=Param("order", models.BigIntegerField()))
        .order_by("id")
    )
)


def load_lines(order: Order) -> list[OrderLine]:
    """The lines with their SKUs' live stock."""
    return _LINES.fetch(order=order.pk)


def with_secrets(orders: "QuerySet[Order]", *also: str) -> "QuerySet[Order]":
    """The same with what their personal values are opened by; of the buyers nothing else is read.

    `also` are columns of other rows, such as `pickup_store__name`.
    """
    own = [field.name for field in Order._meta.concrete_fields]
    joined = {name.partition("__")[0] for name in also}
    return orders.select_related("customer", *joined).only(*own, "customer__secret", *also)


def get_order(number: str, *, actor: Actor) -> Order:
    """The order with this number. Raises Refused `not_found` (404), also for one out of scope."""
    order = _BY_NUMBER.first(number=number)
    if order is None or not is_in_scope(order, actor):
        raise _not_found()
    return order


def read_order(order_id: int, *, actor: Actor) -> Order:
    """The order as it is now, unlocked. Raises Refused `not_found` (404), also for one out of scope."""
    order = orders_in_scope(actor).filter(pk=order_id).first()
    if order is None:
        raise _not_found()
    return order


def get_order_id(number: str, *, actor: Actor) -> int:
    """The id for a verb. Raises Refused `not_found` (404)."""
    pk = orders_in_scope(actor).filter(number=number).values_list("pk", flat=True).first()
    if pk is None:
        raise _not_found()
    return pk


def is_picked_up(order: Order) -> bool:
    """Whether the buyer comes for the goods; for handlers who hear of these orders alone."""
    return order.delivery == Delivery.PICKUP


def _not_found() -> Refused:
    return Refused("not_found", _("There is no such order."), 404)


def list_due_to_receive(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    due = Order.objects.filter(stage=Stage.SHIPPED, receive_by__lte=now, receive_stopped_at=None)
    due = due.exclude(aftersale_mark=AftersaleMark.OPEN).exclude(source=Source.TEST)
    return list(due.exclude(pk__in=skip).order_by("receive_by").values_list("pk", flat=True)[:limit])


def list_due_to_restock(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Short orders for which there is something to reserve now, the oldest first: they are served in turn."""
    there = OrderLine.objects.filter(order=OuterRef("pk"), short__gt=0, sku__on_hand__gt=F("sku__reserved"))
    due = Order.objects.filter(Exists(there), is_short=True).exclude(pk__in=skip)
    return list(due.order_by("pk").values_list("pk", flat=True)[:limit])


def list_due_to_release(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    due = Order.objects.filter(is_held=True, release_at__lte=now).exclude(pk__in=skip)
    return list(due.order_by("release_at").values_list("pk", flat=True)[:limit])


def list_due_to_warn(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Orders whose time to ship is nearly over."""
    return _list_warned(Q(ship_by__gt=now), now, skip, limit)


def list_due_overdue(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Orders whose time to ship is over, of which nobody has been told."""
    return _list_warned(Q(ship_by__lte=now), now, skip, limit)


def _list_warned(which: Q, now: datetime, skip: Collection[int], limit: int) -> list[int]:
    due = Order.objects.filter(which, warn_at__lte=now).exclude(pk__in=skip)
    return list(due.order_by("warn_at").values_list("pk", flat=True)[:limit])


def has_orders() -> bool:
    """Whether anything was ever ordered here; by an index, wherever the first order stands in its table."""
    return Order.objects.order_by("pk").values_list("pk", flat=True).first() is not None


def find_test_order() -> Order | None:
    """The test order that is there."""
    return _open_tests().first()


def list_due_to_remove(now: datetime, skip: Collection[int], limit: int) -> list[int]:
    """Test orders that were forgotten."""
    due = _open_tests().filter(placed_at__lte=now - TEST_LIFE).exclude(pk__in=skip)
    return list(due.order_by("placed_at").values_list("pk", flat=True)[:limit])


def _open_tests() -> "QuerySet[Order]":
    return Order.objects.filter(source=Source.TEST).exclude(stage=Stage.CLOSED)
