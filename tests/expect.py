"""What tests expect of commands, in one word each."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from orders.models import Order
from shop.catalog.models import Sku
from shop.errors import Refused
from shop.events.models import Event


@contextmanager
def refused(code: str, status: int | None = None) -> Iterator[pytest.ExceptionInfo[Refused]]:
    """The block is refused with this code (and status); the refusal itself is yielded."""
    with pytest.raises(Refused) as caught:
        yield caught
    assert caught.value.code == code, f"{caught.value.code}: {caught.value}"
    if status is not None:
        assert caught.value.status == status


def fresh(order: Order) -> Order:
    """The order as the database has it now."""
    return Order.objects.select_related("customer").get(pk=order.pk)


def verbs_of(order: Order) -> list[str]:
    """What happened to the order, oldest first."""
    events = Event.objects.filter(kind="order", subject_id=order.pk).order_by("number")
    return [verb.removeprefix("order.") for verb in events.values_list("verb", flat=True)]


def stock_of(sku_id: int) -> tuple[int, int]:
    """(on hand, reserved) of a SKU."""
    sku = Sku.objects.get(pk=sku_id)
    return sku.on_hand, sku.reserved
