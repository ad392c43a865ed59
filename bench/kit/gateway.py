"""Measuring the shop beside a sick gateway: buyers who press "pay", clerks who look at pages, phones that have paid."""

import argparse
import contextlib
import os
import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
from django.db import connection

from bench.kit.consoles import Console, hire
from bench.kit.placing.buyers import add_skus, describe_order, make_buyers, open_shop
from bench.kit.servers import running
from bench.kit.tables import print_table
from bench.kit.timing import find_p95
from harness.processes import ShopProcesses
from orders.models import Order
from orders.stages import Stage
from shop import clock
from shop.customers.models import Customer
from shop.customers.services import issue_token
from shop.demo.standins import load_credentials
from shop.events.delivery import count_undelivered
from shop.invariants import INVARIANTS
from shop.store.models import WeChatAccount

CLERKS = 2
THINKS_S = (4.0, 8.0)
HELD_BACK = 10
"""Orders of each part that are paid on the phone; of half of them the shop is told while the gateway is sick."""
SETTLED_S = 300
PAGES = ("/console/orders/", "/console/", "/console/alerts/")
HEADER = (
    *("gateway", "pages", "p50 ms", "p95 ms", "× well", "not 200"),
    *("pressed", "paid", "503", "callbacks", "closed"),
)


@dataclass
class Part:
    """One state of the gateway: the fault that makes it so, and what was seen in its time."""

    name: str
    seconds: float
    fault: dict[str, Any]
    page_ms: list[float] = field(default_factory=list)
    page_failures: int = 0
    presses: Counter[int] = field(default_factory=Counter)
    callbacks: list[int] = field(default_factory=list)
    unheard: list[str] = field(default_factory=list)


def main(options: argparse.Namespace) -> None:
    open_shop()
    with _running_shop() as shop:
        run = _Run(shop, options.buyers)
        parts = [
            Part("well", options.seconds, {}),
            Part("answers after 3 s", options.seconds, {"kind": "late", "seconds": 3}),
            Part("answers after 6 s", options.seconds, {"kind": "late", "seconds": 6}),
            Part("dead", options.dead, {"kind": "timeout_before", "seconds": 60}),
        ]
        for part in parts:
            run.play(part)
            _print(parts[: parts.index(part) + 1])
        settled_s = run.settle(parts)
        shop.check_alive()
    print(f"\nsettled {settled_s:.0f} s after the gateway was well again (promised {SETTLED_S})")
    broken = [f"{book.code} {row}" for book in INVARIANTS for row in book.find()]
    print("books: clean" if not broken else "\n".join(["books:", *broken]))


@contextlib.contextmanager
def _running_shop() -> Iterator[ShopProcesses]:
    with running("standins", workers=2) as shop:
        _lend_credentials(shop.directory / "standins")
        shop.start("web", "worker-payments", "worker-celery", "deliver")
        yield shop


def _lend_credentials(directory: Path) -> None:
    account = WeChatAccount.objects.get(pk=1)
    for name, value in load_credentials(directory).as_account().items():
        setattr(account, name, value)
    account.save()


class _Phone:
    """A buyer's phone: places orders and pays them."""

    def __init__(self, shop: ShopProcesses, customer: Customer, sku_id: int) -> None:
        self._shop, self._sku_id, self._openid = shop, sku_id, customer.openid
        self._token = issue_token(customer)
        shop.standin("login-codes", openid=customer.openid)

    def place(self) -> str:
        answer = self._post("/orders", **describe_order(self._sku_id))
        answer.raise_for_status()
        return str(answer.json()["number"])

    def press(self, number: str) -> tuple[int, str]:
        """Press "pay", and confirm on the phone where the shop lets it; the status and the payment's number."""
        answer = self._post(f"/orders/{number}/pay")
        if answer.status_code != requests.codes.ok:
            return answer.status_code, ""
        paid = self._shop.standin("pay", **answer.json(), openid=self._openid)
        return answer.status_code, str(paid["number"])

    def _post(self, path: str, **body: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self._token}", "Idempotency-Key": os.urandom(12).hex()}
        url = f"{self._shop.web_url()}/api/v1{path}"
        return requests.post(url, json=body or None, headers=headers, timeout=60)


class _Run:
    def __init__(self, shop: ShopProcesses, buyers: int) -> None:
        self._shop = shop
        skus = add_skus(1)
        self._phones = [_Phone(shop, customer, skus[0]) for customer in make_buyers(buyers)]
        clerks = [hire() for _ in range(CLERKS)]
        self._consoles = [Console(shop.web_url(), user.username, password) for user, password in clerks]

    def play(self, part: Part) -> None:
        """Buyers and clerks for the time of this part; its fault stays for the next one to replace."""
        self._shop.standin("behaviour", send_notices=False)
        self._shop.standin("faults")
        silent = [self._pay_silently() for _ in range(HELD_BACK)]
        told, part.unheard = silent[::2], [attempt.rpartition("-")[0] for attempt in silent[1::2]]
        self._shop.standin("behaviour", send_notices=True)
        if part.fault:
            self._shop.standin("faults", path_prefix="/v3/", times=10**9, **part.fault)
        soon = clock.now() + timedelta(seconds=part.seconds / 4)
        Order.objects.filter(number__in=part.unheard).update(pay_by=soon)
        stopping = threading.Event()
        threads = [
            *(threading.Thread(target=self._buy, args=(phone, part, stopping)) for phone in self._phones),
            *(threading.Thread(target=self._look, args=(each, part, stopping)) for each in self._consoles),
        ]
        for thread in threads:
            thread.start()
        for attempt in told:
            stopping.wait(part.seconds / (len(told) + 1))
            part.callbacks += self._shop.standin("notices", number=attempt, mode="valid")["statuses"]
        stopping.wait(part.seconds / (len(told) + 1))
        stopping.set()
        for thread in threads:
            thread.join()

    def settle(self, parts: Sequence[Part]) -> float:
        """Seconds until all that was left open is settled. Stops the program after SETTLED_S."""
        self._shop.standin("faults")
        began = time.monotonic()
        unheard = [number for part in parts for number in part.unheard]
        while True:
            overdue = Order.objects.filter(stage=Stage.UNPAID, pay_by__lte=clock.now())
            waiting = Order.objects.filter(number__in=unheard).exclude(stage=Stage.TO_CONFIRM)
            left = (waiting.count(), overdue.count(), count_undelivered())
            if not any(left):
                return time.monotonic() - began
            if time.monotonic() - began > SETTLED_S:
                raise SystemExit(
                    f"Not settled: {left[0]} paid orders, {left[1]} overdue ones, {left[2]} deliveries."
                )
            time.sleep(1)

    def _pay_silently(self) -> str:
        phone = random.choice(self._phones)
        number = phone.place()
        for _try in range(30):
            status, attempt = phone.press(number)
            if status == requests.codes.ok:
                return attempt
            time.sleep(1)
        raise SystemExit("The gateway is well, and nobody can pay.")

    def _buy(self, phone: _Phone, part: Part, stopping: threading.Event) -> None:
        number = ""
        while not stopping.wait(random.uniform(*THINKS_S)):
            number = number or phone.place()
            status, _attempt = phone.press(number)
            part.presses[status] += 1
            if status == requests.codes.ok:
                number = ""
        connection.close()

    def _look(self, console: Console, part: Part, stopping: threading.Event) -> None:
        while not stopping.wait(0.1):
            for path in PAGES:
                began = time.perf_counter()
                try:
                    console.get(path)
                except SystemExit:
                    part.page_failures += 1
                else:
                    part.page_ms.append((time.perf_counter() - began) * 1000)


def _print(parts: Sequence[Part]) -> None:
    well = statistics.median(parts[0].page_ms)
    print_table(HEADER, [_make_row(part, well) for part in parts])
    print(flush=True)


def _make_row(part: Part, well_ms: float) -> list[str]:
    p50 = statistics.median(part.page_ms)
    closed = Order.objects.filter(number__in=part.unheard, stage=Stage.CLOSED).count()
    return [
        *(part.name, str(len(part.page_ms)), f"{p50:.1f}", f"{find_p95(part.page_ms):.1f}"),
        *(f"{p50 / well_ms:.2f}", str(part.page_failures), str(part.presses.total())),
        *(str(part.presses[200]), str(part.presses[503])),
        *(f"{part.callbacks.count(204)} of {len(part.callbacks)}", str(closed)),
    ]
