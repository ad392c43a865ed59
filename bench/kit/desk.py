"""Measuring the desk: the pages of a console, their database time, and the same data by hand-written SQL."""

import argparse
import os
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg
from django.conf import settings
from django.test import Client

from bench.kit.bare import count_all, fetch_page
from bench.kit.consoles import Console, hire
from bench.kit.figures import CounterFigures, DeskFigures, PageFigures, list_misses, load_desk, save
from bench.kit.pages import LIST, Page, list_pages
from bench.kit.peers import print_peers
from bench.kit.servers import console_at
from bench.kit.side_by_side import print_comparison
from bench.kit.tables import print_table, write_limit, write_number
from bench.kit.timing import DatabaseTime, count_per_second, find_p95, measure
from orders.desk.list.counts import Counts, count_tabs, forget_full
from orders.models import Order
from shop.actor import SYSTEM

ADMINS = 8
HEADER = ("page", "p50 ms", "p95 ms", "database ms", "queries", "bare SQL ms", "ratio", "promised p50")


def main(options: argparse.Namespace) -> None:
    # Answers to the pages' own queries are timed in this process, without a server around them.
    settings.ALLOWED_HOSTS.append("testserver")
    username, password, client = _sign_in()
    with (
        console_at(options.url, options.workers) as url,
        psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as bare,
    ):
        desk = _Desk(Console(url, username, password), client, bare, options.rounds)
        orders = Order.objects.count()
        print(f"{orders:,} orders, {options.rounds} rounds\n")
        pages = _measure_pages(desk)
        counters = _measure_counters(desk)
        consoles = [Console(url, username, password) for _ in range(ADMINS)]
        asking = [partial(_ask_for_list, console) for console in consoles]
        rate = count_per_second(asking, options.seconds)
    figures = DeskFigures(orders, options.rounds, pages, counters, rate, ADMINS)
    _print_others(figures, options)


def _sign_in() -> tuple[str, str, Client]:
    user, password = hire()
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user.username, password, client


def _ask_for_list(console: Console, _n: int) -> None:
    console.get(LIST)


def _print_others(figures: DeskFigures, options: argparse.Namespace) -> None:
    print(
        f"\n{ADMINS} people asking for the list at once: {figures.per_second:.0f} requests a second", end=""
    )
    print(f" (promised {figures.per_second_promised:g})")
    print_peers(figures)
    if options.compare:
        print_comparison(figures, load_desk(options.compare))
    misses = list(list_misses(figures))
    print("\nEvery promise is kept." if not misses else "\nNot kept:\n")
    for miss in misses:
        print(f"- {miss}")
    if options.save:
        save(figures, options.save)


@dataclass(frozen=True)
class _Desk:
    """Three ways to the same rows: over HTTP, the page in this process, SQL by hand."""

    console: Console
    client: Client
    bare: "psycopg.Connection[Any]"
    rounds: int

    def measure_page(self, page: Page) -> PageFigures:
        whole = measure(lambda: self.console.get(page.path), self.rounds)
        database = DatabaseTime()
        ours = statistics.median(database.measure(lambda: self.client.get(page.path), self.rounds))
        return PageFigures(
            page.name,
            p50_ms=statistics.median(whole),
            p95_ms=find_p95(whole),
            database_ms=ours,
            queries=database.queries,
            bare_ms=self._measure_bare(page),
            promised_ms=page.promised,
        )

    def _measure_bare(self, page: Page) -> float | None:
        if page.bare is None:
            return None
        fetch = partial(fetch_page, self.bare, page.bare, has_counts=page.has_counts)
        return statistics.median(measure(fetch, self.rounds))


def _measure_pages(desk: _Desk) -> list[PageFigures]:
    """Printed one by one, since all of them take minutes."""
    measured: list[PageFigures] = []

    def list_rows() -> Iterator[list[str]]:
        for page in list_pages():
            figures = desk.measure_page(page)
            measured.append(figures)
            yield [
                figures.name,
                write_number(figures.p50_ms),
                write_number(figures.p95_ms),
                write_number(figures.database_ms),
                str(figures.queries),
                write_number(figures.bare_ms),
                write_number(figures.ratio),
                write_limit(figures.promised_ms),
            ]

    print_table(HEADER, list_rows())
    return measured


def _count_afresh() -> Counts:
    """All of it counted, as the first page after a quiet minute does."""
    forget_full()
    return count_tabs(SYSTEM)


def _measure_counters(desk: _Desk) -> CounterFigures:
    counts, database = _count_afresh(), DatabaseTime()
    times = database.measure(_count_afresh, desk.rounds)
    by_hand = measure(lambda: count_all(desk.bare), desk.rounds)
    numbers = len(counts.tabs) + len(counts.queues)
    figures = CounterFigures(
        numbers, statistics.median(times), find_p95(times), database.queries, statistics.median(by_hand)
    )
    print("\nAll counters of the list together\n")
    row = [f"{numbers} tabs and queues", write_number(figures.p50_ms), write_number(figures.p95_ms)]
    row += [str(figures.queries), write_number(figures.bare_ms), write_limit(figures.promised_ms)]
    print_table(("counters", "p50 ms", "p95 ms", "queries", "bare SQL ms", "promised"), [row])
    return figures
