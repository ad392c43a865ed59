"""Events and a broker for tests of the machinery itself; the fixture `wires` empties the registries."""

from collections.abc import Sequence

import pytest
from django.db import transaction

from shop import clock
from shop.actor import SYSTEM
from shop.catalog.models import Product
from shop.events.models import Event
from shop.events.services import record_event


def make_event(verb: str = "product.add") -> Event:
    with transaction.atomic():
        product = Product.objects.create(name="茶", created_at=clock.now(), version=1)
        return record_event(product, verb, SYSTEM)


class Broker:
    """Tasks that are enqueued, and how many the queue holds; `full` queues hold none."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, holds: int, full: Sequence[str] = ()) -> None:
        self.sent: list[int] = []
        for module in ("shop.events.sweeping", "shop.events.delivery"):
            monkeypatch.setattr(
                f"{module}.has_room", lambda queue: queue not in full and len(self.sent) < holds
            )
