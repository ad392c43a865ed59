"""Measuring alerts: orders committed in this process, heard of at consoles of two web processes."""

import argparse
import asyncio
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from django.conf import settings
from django.test import Client

from bench.kit.consoles import hire
from bench.kit.open_pages.listeners import Commits, Listener, at_pace, listening, wait_connected, wait_heard
from bench.kit.placing.buyers import add_skus, make_buyers, open_shop, place
from bench.kit.servers import running
from bench.kit.tables import MISSING, print_table
from bench.kit.timing import find_p95
from harness.processes import ShopProcesses
from orders.models import Order
from shop.staff.models import StaffUser
from shop.store.choices import PayMethod

CONNECT_S = 120.0
LAST_S = 60.0
"""How long after the last order a message may still come before it counts as lost."""
PROMISED_MS = 1000
WEBS = ("web", "web2")
PEOPLE = 8
BUYERS = 8
HEADER = ("consoles", "orders", "alerts", "p50 ms", "p95 ms", "max ms", "lost", "promised")


def main(options: argparse.Namespace) -> None:
    allow_many_sockets()
    open_shop()
    cookies = sign_in(options.consoles)
    with running(*WEBS, "deliver") as shop:
        urls = [shop.web_url(name) for name in WEBS]
        listeners = [Listener(urls[n % 2], cookie) for n, cookie in enumerate(cookies)]
        run = _Run(options.orders, options.rate, listeners)
        print(f"{Order.objects.count():,} orders, {len(listeners)} consoles, two web processes\n")
        steady, restarted = asyncio.run(run.measure(shop))
        shop.check_alive()
    print_table(HEADER, _list_rows(listeners, urls[1], steady, restarted))
    again = sum(1 for each in listeners if each.connections > 1)
    print(f"\n{again} consoles connected again")


def allow_many_sockets() -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def sign_in(count: int) -> list[str]:
    """A session for each console, several to a person; what belongs into its Cookie header."""
    people = [hire()[0] for _ in range(min(count, PEOPLE))]
    return [_make_cookie(people[n % len(people)]) for n in range(count)]


def _make_cookie(person: StaffUser) -> str:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


class _Run:
    """Two parts: nothing happens, and one web process is killed and started again."""

    def __init__(self, orders: int, rate: float, listeners: Sequence[Listener]) -> None:
        self._orders, self._rate, self._listeners = orders, rate, listeners
        self._sku_ids, self._buyers = add_skus(BUYERS), make_buyers(BUYERS)

    async def measure(self, shop: ShopProcesses) -> tuple[Commits, Commits]:
        """The commits of both parts, when everything that is heard has been heard."""
        third, victim = self._orders // 3, WEBS[1]
        dying = {third: partial(shop.kill, victim), third + 1: partial(shop.begin, victim)}
        async with listening(self._listeners, CONNECT_S):
            # The deliverer has woken up and every process has read its first alert when this one is heard.
            await self._place_all(1, {})
            steady = await self._place_all(self._orders, {})
            restarted = await self._place_all(self._orders, dying)
            await wait_connected(self._listeners, CONNECT_S)
        return steady, restarted

    async def _place_all(self, count: int, meanwhile: Mapping[int, Callable[[], None]]) -> Commits:
        """Orders at an even pace; `meanwhile` is what is done before the nth of them."""
        commits = await at_pace(count, self._rate, self._place, meanwhile)
        await wait_heard(self._listeners, [number for number, _at in commits], LAST_S)
        return commits

    def _place(self, n: int) -> tuple[str, float]:
        at = n % BUYERS
        order = place(self._buyers[at], self._sku_ids[at], PayMethod.COD)
        return order.number, time.monotonic()


def _list_rows(
    listeners: Sequence[Listener], killed_url: str, steady: Commits, restarted: Commits
) -> Iterator[list[str]]:
    of_killed = [each for each in listeners if each.url == killed_url]
    of_other = [each for each in listeners if each.url != killed_url]
    yield make_row("all, nothing happens", listeners, steady, f"p95 ≤ {PROMISED_MS}, none lost")
    yield make_row("one process is killed: those of the other", of_other, restarted, "none lost")
    yield make_row("those of the killed one, connected again", of_killed, restarted, "none lost")


def make_row(name: str, listeners: Sequence[Listener], commits: Commits, promised: str) -> list[str]:
    """A row of the table; lost is what a console was never told of."""
    waits = [
        max(each.heard[number] - at, 0.0) * 1000
        for each in listeners
        for number, at in commits
        if number in each.heard
    ]
    lost = len(listeners) * len(commits) - len(waits)
    sizes = [f"{len(listeners)}: {name}", str(len(commits)), f"{len(waits):,}"]
    return [*sizes, *write_waits(waits), str(lost), promised]


def write_waits(waits: Sequence[float]) -> list[str]:
    """Median, p95 and longest."""
    times = [statistics.median(waits), find_p95(waits), max(waits)] if waits else []
    return [f"{time_ms:.0f}" for time_ms in times] or [MISSING] * 3
