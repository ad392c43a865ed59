"""Refunds of cases as the after-sales wing makes them: planned and carried out under the order's lock."""

from collections.abc import Mapping

from django.db import transaction

from orders.models import Order
from orders.moves import lock_row
from orders.payments.models import Refund
from orders.payments.refunding.committing import refund_for_aftersale
from orders.payments.refunding.plan import Wanted, plan_refund
from shop.actor import Actor
from tests import cast

SUPPORT = cast.clerk("support", id_=5, name="小何")


def settle(order: Order, wanted: Wanted, *, actor: Actor = SUPPORT, number: str = "A1") -> list[Refund]:
    """Refund a case of an order."""
    with transaction.atomic():
        locked = lock_row(order.pk)
        plan = plan_refund(locked, wanted)
        return refund_for_aftersale(locked, plan, reason="破损", actor=actor, case_number=number)


def give(order: Order, pieces: Mapping[int, int], **more: int | None) -> list[Refund]:
    """Refund pieces of a case: place of the line → pieces."""
    ids = list_ids(order)
    return settle(order, Wanted({ids[place]: n for place, n in pieces.items()}, **more))  # type: ignore[arg-type]


def list_ids(order: Order) -> list[int]:
    return list(order.lines.order_by("id").values_list("pk", flat=True))


def list_amounts(order: Order) -> list[int]:
    return list(order.refunds.order_by("pk").values_list("amount_fen", flat=True))
