"""Measuring live topics: orders changed in this process, hints at the consoles that show them and at no others."""

import argparse
import asyncio
import json
import time
from collections.abc import Sequence

from websockets.asyncio.client import ClientConnection

from bench.kit.open_pages.alerts import (
    BUYERS,
    CONNECT_S,
    PROMISED_MS,
    WEBS,
    allow_many_sockets,
    sign_in,
    write_waits,
)
from bench.kit.open_pages.listeners import Commits, Listener, at_pace, listening
from bench.kit.placing.buyers import add_skus, make_buyers, open_shop, place
from bench.kit.servers import running
from bench.kit.tables import print_table
from orders.models import Order
from orders.services.steps import add_note
from shop.access import ROLES
from shop.actor import Actor, ActorKind
from shop.store.choices import PayMethod

LAST_S = 10.0
HEADER = ("consoles", "topics", "changes", "hints", "p50 ms", "p95 ms", "max ms", "lost", "woken", "promised")


class Reader(Listener):
    """A console that shows one order; `hints` are the topics it was told of, with when (`time.monotonic`)."""

    def __init__(self, url: str, cookie: str, topic: str) -> None:
        super().__init__(url, cookie)
        self.topic = topic
        self.hints: list[tuple[str, float]] = []
        self.is_listening = False

    async def greet(self, socket: ClientConnection) -> None:
        await socket.send(json.dumps({"listen": [self.topic]}))

    def hear(self, text: str, at: float) -> None:
        message = json.loads(text)
        if message["type"] == "listening":
            self.is_connected = self.is_listening = message["topics"] == [self.topic]
        elif message["type"] == "changed":
            self.hints.append((message["topic"], at))


def main(options: argparse.Namespace) -> None:
    allow_many_sockets()
    open_shop()
    orders = _place(options.topics)
    topics = [f"order:{order.pk}" for order in orders]
    with running(*WEBS) as shop:
        readers = [
            Reader(shop.web_url(WEBS[n % 2]), cookie, topics[(n // 2) % len(topics)])
            for n, cookie in enumerate(sign_in(options.consoles))
        ]
        print(f"{Order.objects.count():,} orders, {len(readers)} consoles, two web processes\n")
        commits = asyncio.run(_measure(readers, orders, options))
    print_table(HEADER, [_make_row(readers, topics, commits)])


def _place(count: int) -> list[Order]:
    sku_ids, buyers = add_skus(BUYERS), make_buyers(BUYERS)
    return [place(buyers[n % BUYERS], sku_ids[n % BUYERS], PayMethod.COD) for n in range(count)]


async def _measure(
    readers: Sequence[Reader], orders: Sequence[Order], options: argparse.Namespace
) -> Commits:
    async with listening(readers, CONNECT_S):
        commits = await at_pace(options.changes, options.rate, lambda n: _change(orders[n % len(orders)]))
        await asyncio.sleep(LAST_S)
    return commits


def _change(order: Order) -> tuple[str, float]:
    actor = Actor(ActorKind.STAFF, id=1, name="Bench", capabilities=ROLES["owner"])
    add_note(order.pk, text="…", actor=actor)
    return f"order:{order.pk}", time.monotonic()


def _make_row(readers: Sequence[Reader], topics: Sequence[str], commits: Commits) -> list[str]:
    """Lost is a change after which its reader heard nothing; woken is a hint about what a console does not show."""
    waits: list[float] = []
    lost = 0
    for reader in readers:
        for topic, at in commits:
            if topic == reader.topic:
                # The hint leaves with the commit, which is noted a moment later.
                heard = [moment for _topic, moment in reader.hints if moment > at - 0.05]
                lost += not heard
                waits += [max(min(heard) - at, 0.0) * 1000] if heard else []
    woken = sum(topic != reader.topic for reader in readers for topic, _at in reader.hints)
    sizes = [str(len(readers)), str(len(topics)), str(len(commits)), f"{len(waits):,}"]
    return [*sizes, *write_waits(waits), str(lost), str(woken), f"p95 ≤ {PROMISED_MS}, none lost or woken"]
