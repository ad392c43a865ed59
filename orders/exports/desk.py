"""What the desk, which stands above, tells exports: which orders its filters mean, and how an order is called.

The desk says it once the apps are ready (`orders/desk/jobs.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from orders.models import Order
from shop.actor import Actor

Choose = Callable[[Mapping[str, Any], Actor], "QuerySet[Order]"]


@dataclass(frozen=True)
class Desk:
    """`choose(parameters, actor)` gives the orders in the actor's scope that an export's parameters mean, unsorted."""

    choose: Choose
    describe: Callable[[Order], str]


_desks: list[Desk] = []


def set_desk(desk: Desk) -> None:
    _desks[:] = [desk]


def get_desk() -> Desk:
    return _desks[0]
