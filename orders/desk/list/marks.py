"""What an action asks of an order beside its stage, as the database and as a box of the list tell it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q

from orders.models import Order
from orders.stages import Source
from shop.store.deliveries import WAYS


@dataclass(frozen=True)
class Mark:
    """`name` is what the box of an order bears that has it."""

    name: str
    condition: Q
    holds: Callable[[Order], bool]


_WITH_NUMBER = tuple(delivery for delivery, way in WAYS.items() if way.has_number)

BY_COURIER = Mark(
    "courier",
    Q(delivery__in=_WITH_NUMBER) & ~Q(source=Source.TEST),
    lambda order: order.delivery in _WITH_NUMBER and not order.is_test,
)
SENT = Mark(
    "sent",
    Q(delivery__in=_WITH_NUMBER, pieces_shipped__gt=0, has_moved=False) & ~Q(source=Source.TEST),
    lambda order: (
        order.delivery in _WITH_NUMBER and order.pieces_shipped > 0 and not (order.has_moved or order.is_test)
    ),
)
LABELLED = Mark("label", Q(has_label=True), lambda order: order.has_label)


def name_marks(order: Order) -> str:
    """The names of the marks that an order has, for its box."""
    return " ".join(mark.name for mark in (BY_COURIER, LABELLED, SENT) if mark.holds(order))
