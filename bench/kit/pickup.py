"""From a pickup code to the rows of its card, as the shop reads them and as bare SQL does."""

import argparse
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from django.db import connection, transaction

from bench.kit.tables import MISSING, print_table, write_limit
from bench.kit.timing import DatabaseTime, measure
from orders.models import Order
from orders.stages import TO_SHIP
from pickup.codes import find_order, make_code
from pickup.selectors import list_verifications
from shop.actor import Actor, ActorKind
from shop.errors import Refused
from shop.store.choices import Delivery
from shop.store.models import PickupStore

PROMISED = 4.0
HEADER = ("way to the card", "database ms", "bare SQL ms", "ratio", "promised")
_BARE = (
    "SELECT o.*, c.secret FROM orders_order o JOIN customers_customer c ON c.id = o.customer_id WHERE o.id = %s",
    "SELECT * FROM store_pickupstore WHERE id = %s",
    "SELECT l.*, s.code FROM orders_orderline l JOIN catalog_sku s ON s.id = l.sku_id "
    "WHERE l.order_id = %s ORDER BY l.id",
    "SELECT v.* FROM pickup_verification v WHERE v.order_id = %s ORDER BY v.id DESC",
)


def main(options: argparse.Namespace) -> None:
    with transaction.atomic():
        store, orders = _wait_at_store(options.codes)
        if not orders:
            raise SystemExit("No order waits to be shipped. Fill the shop first: bench/fill.py.")
        actor = Actor(ActorKind.VERIFIER, id=1, name="bench", store_ids=frozenset({store.pk}))
        print(f"{Order.objects.count():,} orders, {len(orders):,} codes in each way\n")
        print_table(HEADER, _list_rows(store, orders, actor))
        transaction.set_rollback(True)


def _wait_at_store(count: int) -> tuple[PickupStore, list[Order]]:
    """Orders from all over the past, as if they had been placed for one store."""
    store = PickupStore.objects.create(name="bench", phone="0571", province="浙江省", city="杭州市")
    ids = list(Order.objects.filter(stage__in=TO_SHIP).order_by("pk").values_list("pk", flat=True))
    chosen = ids[:: max(len(ids) // count, 1)][:count]
    Order.objects.filter(pk__in=chosen).update(delivery=Delivery.PICKUP, pickup_store=store, ship_by=None)
    return store, list(Order.objects.filter(pk__in=chosen).order_by("pk"))


def _list_rows(store: PickupStore, orders: Sequence[Order], actor: Actor) -> Iterator[list[str]]:
    bare = _find_median([partial(_fetch, order.pk, store.pk) for order in orders], measure)
    codes = [code for order in orders if (code := make_code(order))]
    wrong = [code.short[::-1].replace("0", "7") for code in codes]
    ways = (
        ("scanned link", [code.link for code in codes], bare),
        ("typed code", [code.short for code in codes], bare),
        ("wrong code", wrong, None),
    )
    for name, texts, beside in ways:
        ours = _find_median([partial(_show_card, text, actor) for text in texts], DatabaseTime().measure)
        ratio = f"{ours / beside:.1f}" if beside else MISSING
        limit = write_limit(PROMISED if beside else 0)
        yield [name, f"{ours:.2f}", f"{beside:.2f}" if beside else MISSING, ratio, limit]


def _find_median(
    calls: Sequence[Callable[[], object]], measure_calls: Callable[[Callable[[], Any], int], list[float]]
) -> float:
    """Of one call each, after one that warms up."""
    return statistics.median(took for call in calls for took in measure_calls(call, 1))


def _show_card(text: str, actor: Actor) -> None:
    """All that a card shows of its order; nothing of a code that nobody has."""
    with suppress(Refused):
        order = find_order(text, actor=actor)
        list(order.lines.select_related("sku").order_by("pk"))
        list(list_verifications(order))
        str(order.pickup_store)


def _fetch(order_id: int, store_id: int) -> None:
    for sql, key in zip(_BARE, (order_id, store_id, order_id, order_id), strict=True):
        connection.connection.execute(sql, (key,)).fetchall()
