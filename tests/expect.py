"""What tests expect of commands, in one word each."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

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


def wait_until(
    is_true: Callable[[], bool],
    *,
    seconds: float = 60,
    page: Any = None,
    why: Callable[[], str] = str,
) -> float:
    """Wait until something holds and return how long it took; fails after `seconds`, with what `why` says.

    Give a `page` of a browser so that its events are handled meanwhile.
    """
    started_at = time.monotonic()
    while not is_true():
        if time.monotonic() - started_at > seconds:
            pytest.fail(f"did not come true within {seconds} s\n{why()}")
        if page:
            page.wait_for_timeout(50)
        else:
            time.sleep(0.05)
    return time.monotonic() - started_at


def count_queries(act: Callable[[], object]) -> int:
    """How many statements this sends to the database."""
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


def list_statements(act: Callable[[], object]) -> list[str]:
    """What this asks the database, without what begins and ends transactions."""
    with CaptureQueriesContext(connection) as queries:
        act()
    ends = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return [asked["sql"] for asked in queries if not asked["sql"].startswith(ends)]


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
