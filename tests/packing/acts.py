"""Packing in one word each."""

import itertools
from typing import Any

from orders.models import Order
from orders.packing.models import Packing, PackingScan
from orders.packing.selectors import read_box
from orders.packing.services.opening import Press, open_packing
from orders.packing.services.scanning import count_goods
from shop.actor import Actor
from shop.catalog.models import Sku
from shop.events.models import Event
from tests import cast

LI = cast.clerk("warehouse", name="李四", id_=2)
WANG = cast.clerk("warehouse", name="王五", id_=3)
_keys = itertools.count(1)


def press(actor: Actor = LI, key: str = "") -> Press:
    """A scan of its own."""
    return Press(key or f"{next(_keys):032x}", actor)


def order_of(pieces: int = 2, **kwargs: Any) -> tuple[Order, Sku]:
    """An order that waits to be packed, of so many pieces of one article."""
    sku = cast.make_sku()
    return cast.prepared_order(basket={sku.pk: pieces}, **kwargs), sku


def begin(order: Order, actor: Actor = LI) -> Packing:
    return open_packing(order.pk, press(actor))


def scan(order: Order, sku: Sku | None, *, actor: Actor = LI, key: str = "") -> PackingScan:
    return count_goods(order.pk, sku, code=sku.code if sku else "?", press=press(actor, key))


def fill_box(order: Order, sku: Sku, actor: Actor = LI) -> None:
    """Pack all of it."""
    begin(order, actor)
    for _piece in range(read_box(order, None).needed):
        scan(order, sku, actor=actor)


def packed(order: Order) -> int:
    """How many pieces are in the box."""
    return read_box(order, Packing.objects.filter(order=order).latest("pk")).packed


def told(order: Order) -> list[str]:
    """What happened to the packings of an order."""
    events = Event.objects.filter(kind="packing", order_id=order.pk).order_by("pk")
    return [verb.removeprefix("packing.") for verb in events.values_list("verb", flat=True)]
