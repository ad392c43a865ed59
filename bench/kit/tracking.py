"""Pushes of 快递鸟 against a running shop: taken in, read, and what a page takes meanwhile."""

import argparse
import http.client
import json
import math
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench.kit.consoles import Console, hire
from bench.kit.servers import running
from bench.kit.timing import find_p95
from orders.shipping.models import Parcel, ParcelState
from orders.tracking.models import Tracking, TrackingEvent, TrackingPush
from orders.tracking.services.following import follow_parcels
from orders.tracking.services.pushes import READ_AT_ONCE, take_pushes
from shop import clock
from shop.clients.kdniao import sign_data
from shop.clients.tracking.news import BEIJING
from shop.couriers.models import Provider, ProviderAccount
from shop.events.delivery import count_undelivered
from shop.invariants import INVARIANTS

HOOK, LIST = "/hooks/kdniao", "/console/orders/"
CUSTOMER, KEY = "1000000", "bench"
MOST_PARCELS = 2_500
PROMISED_A_MINUTE = 10_000
LIST_MS = 25
"""What the first page of the list may take."""
READ_WITHIN_S = 300
CODES = ("1", "2", "2", "202")
"""Collected, on its way twice, out for delivery, by turns: three pushes of four change the state."""


@dataclass
class Sending:
    """What the senders saw."""

    took_ms: list[float] = field(default_factory=list)
    refused: int = 0
    seconds: float = 0.0

    @property
    def a_minute(self) -> float:
        return len(self.took_ms) / self.seconds * 60


def main(options: argparse.Namespace) -> None:
    _lend_account()
    trackings = _follow()
    texts = _write_pushes(trackings, 2 * options.pushes)
    paced, unpaced = texts[: options.pushes], texts[options.pushes :]
    print(f"{len(trackings):,} parcels, {options.pushes:,} pushes a round")
    with running("web", "deliver", workers=2) as shop:
        user, password = hire()
        console = Console(shop.web_url(), user.username, password)
        alone = _look(console, lambda rounds: rounds >= 40)
        beside = _beside(console, lambda: _send(shop.web_url(), paced, options.senders, options.rate / 60))
        read_s = _time(lambda: _wait_read(shop.check_alive))
        shop.check_alive()
    _print_pages(alone, *beside, read_s)
    with running("web", workers=2) as shop:
        sent = _send(shop.web_url(), unpaced, options.senders, math.inf)
    print(
        f"  taken in without a rate  {sent.a_minute:9,.0f} a minute, p50 {statistics.median(sent.took_ms):.1f} ms"
    )
    _print_reading()
    broken = [
        f"{book.code} {row}" for book in INVARIANTS if book.code.startswith("B16") for row in book.find()
    ]
    print("  books of tracking: clean" if not broken else "\n".join(["books:", *broken]))


def _lend_account() -> None:
    words = {"customer": CUSTOMER, "key": KEY, "tested_at": clock.now()}
    ProviderAccount.objects.update_or_create(provider=Provider.KDNIAO, defaults=words)


def _follow() -> list[Tracking]:
    """Parcels of the filled shop that are on their way; those of a former run too, as long as they have not arrived."""
    sent = Parcel.objects.filter(state=ParcelState.SENT).exclude(tracking_no="").order_by("-pk")
    ids = list(sent.values_list("pk", flat=True)[:MOST_PARCELS])
    follow_parcels(ids)
    trackings = list(Tracking.objects.filter(parcel__in=ids, ended_at__isnull=True).order_by("pk"))
    # Nobody is asked: what is measured comes by itself.
    Tracking.objects.update(next_query_at=None)
    if not trackings:
        raise SystemExit("No parcel is on its way here: python bench/fill.py --orders 100000 first.")
    return trackings


def _write_pushes(trackings: Sequence[Tracking], count: int) -> list[str]:
    """Step by step for all parcels: each push tells one more than the one before it of the same parcel."""
    start = clock.now().astimezone(BEIJING) - timedelta(hours=20)
    return [_write_push(trackings[n % len(trackings)], n // len(trackings) + 1, start) for n in range(count)]


def _write_push(tracking: Tracking, steps: int, start: datetime) -> str:
    traces = [
        {
            "AcceptTime": f"{start + timedelta(minutes=n):%Y-%m-%d %H:%M:%S}",
            "AcceptStation": f"【杭州市】快件已到达第 {n + 1} 个转运中心，正发往下一站，请耐心等待",
            "Location": "杭州市",
        }
        for n in range(steps)
    ]
    parcel = {
        "ShipperCode": tracking.courier,
        "LogisticCode": tracking.tracking_no,
        "State": CODES[(steps - 1) % len(CODES)],
        "Success": True,
        "Traces": traces,
    }
    push = {"EBusinessID": CUSTOMER, "Count": "1", "Data": [parcel]}
    return json.dumps(push, ensure_ascii=False)


def _sign(text: str) -> str:
    return urlencode({"RequestData": text, "RequestType": "101", "DataSign": sign_data(text, KEY)})


def _send(url: str, texts: Sequence[str], senders: int, a_second: float) -> Sending:
    """Push all of these, so many a second in all, each sender over one kept connection."""
    bodies = [_sign(text) for text in texts]
    sending, began = Sending(), time.perf_counter()

    def send(first: int) -> None:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        for n in range(first, len(bodies), senders):
            time.sleep(max(0.0, began + n / a_second - time.perf_counter()))
            _push(connection, bodies[n], sending)

    with ThreadPoolExecutor(senders) as threads:
        list(threads.map(send, range(senders)))
    sending.seconds = time.perf_counter() - began
    return sending


def _push(connection: http.client.HTTPConnection, body: str, sending: Sending) -> None:
    began = time.perf_counter()
    connection.request(
        "POST", HOOK, body, {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
    )
    answer = connection.getresponse()
    answer.read()
    sending.took_ms.append((time.perf_counter() - began) * 1000)
    sending.refused += answer.status != http.client.OK


def _look(console: Console, is_enough: Callable[[int], bool]) -> list[float]:
    """Milliseconds of the list, which is asked for again and again with a short rest."""
    console.get(LIST)
    times: list[float] = []
    while not times or not is_enough(len(times)):
        times.append(_time(lambda: console.get(LIST)) * 1000)
        time.sleep(0.2)
    return times


def _beside(console: Console, send: Callable[[], Sending]) -> tuple[Sending, list[float]]:
    over = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        looking = threads.submit(_look, console, lambda _rounds: over.is_set())
        sending = send()
        over.set()
        return sending, looking.result()


def _wait_read(check_alive: Callable[[], Any]) -> None:
    end = time.monotonic() + READ_WITHIN_S
    while TrackingPush.objects.exists() or count_undelivered():
        check_alive()
        if time.monotonic() > end:
            raise SystemExit(f"{TrackingPush.objects.count():,} pushes are not read after {READ_WITHIN_S} s.")
        time.sleep(0.1)


def _print_pages(alone: Sequence[float], sending: Sending, beside: Sequence[float], read_s: float) -> None:
    p50, meanwhile = statistics.median(alone), statistics.median(beside)
    print(f"  pushed                   {sending.a_minute:9,.0f} a minute (promised {PROMISED_A_MINUTE:,})")
    took = statistics.median(sending.took_ms)
    print(f"  answered after           {took:9.1f} ms p50, {find_p95(sending.took_ms):.1f} ms p95")
    print(f"  refused                  {sending.refused:9,}")
    print(f"  all read and delivered   {read_s:9.1f} s after the last")
    print(f"  list, alone              {p50:9.1f} ms p50")
    print(
        f"  list, meanwhile          {meanwhile:9.1f} ms p50, {meanwhile / p50:.2f} × (promised ≤ {LIST_MS} ms)"
    )


def _print_reading() -> None:
    """Whatever the round before has left is read here, by one reader."""
    ids = list(TrackingPush.objects.order_by("pk").values_list("pk", flat=True))
    before = TrackingEvent.objects.count()
    seconds = _time(lambda: take_pushes(ids))
    new = TrackingEvent.objects.count() - before
    print(
        f"  read by one reader       {len(ids) / seconds * 60:9,.0f} a minute, {READ_AT_ONCE} at once, {new:,} new rows"
    )


def _time(call: Callable[[], Any]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
