"""Orders that wait at a counter, and who stands behind it."""

import itertools
from datetime import timedelta
from typing import Any

from orders.models import Order
from pickup.models import Verification, Verifier
from pickup.services.verifiers import appoint_verifier
from pickup.services.verifying import Handout, verify_pickup
from pickup.uncollected.models import Waiting
from pickup.uncollected.services import follow_order, note_uncollected
from shop import clock
from shop.store.models import PickupStore
from tests import cast

_buyers = itertools.count(1)


def waiting(**kwargs: Any) -> Order:
    """Paid, and to be picked up."""
    order = cast.to_pick_up(cast.paid_order(**kwargs))
    order.refresh_from_db()
    return order


def unpaid(**kwargs: Any) -> Order:
    order = cast.to_pick_up(cast.place(**kwargs))
    order.refresh_from_db()
    return order


def forgotten(**kwargs: Any) -> Order:
    """Paid, and nobody came for it in time, which people were told."""
    order = cast.paid_pickup(**kwargs)
    follow_order(order.pk)
    past = clock.now() - timedelta(days=7, minutes=1)
    Waiting.objects.filter(order=order).update(since=past, due_at=clock.now())
    note_uncollected(order.pk)
    order.refresh_from_db()
    return order


def appoint(*stores: PickupStore, nickname: str = "") -> Verifier:
    customer = cast.make_customer(nickname or f"店员 {next(_buyers)}")
    ids = [store.pk for store in stores]
    return appoint_verifier(customer.pk, store_ids=ids, actor=cast.clerk("manager"))


def hand_out(order: Order, pieces: dict[int, int] | None = None, **kwargs: Any) -> Verification:
    """As a clerk does who presses the button in the console."""
    version = kwargs.pop("expected_version", None)
    actor = kwargs.pop("actor", cast.clerk("order_clerk"))
    handout = Handout(order.pickup_store_id, pieces or {}, **kwargs)
    return verify_pickup(order.pk, handout, actor=actor, expected_version=version)
