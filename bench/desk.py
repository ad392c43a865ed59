"""How fast the desk is: the pages of a running console, and the same data by hand-written SQL.

    DATABASE_URL=postgres://… python -m bench.desk --url http://127.0.0.1:8000

The console must run on the same database, which `python -m bench.fill` has filled. Somebody called bench-… is hired
for it. Prints a table: whole response p50 and p95 over HTTP, the database time and queries of our page, the bare SQL
of the same page, their ratio, and what is promised of the whole response.
"""

import argparse
import os
import statistics
import threading
import time
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
django.setup()

import psycopg  # noqa: E402 - all of these after the set-up
from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from bench.bare import fetch_page  # noqa: E402
from bench.consoles import Console, hire  # noqa: E402
from bench.pages import Page, list_pages  # noqa: E402
from bench.timing import DatabaseTime, measure  # noqa: E402
from orders.models import Order  # noqa: E402

ADMINS = 8


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the running console")
    parser.add_argument("--rounds", type=int, default=20, help="requests per page (default 20)")
    parser.add_argument("--seconds", type=float, default=5, help=f"how long {ADMINS} people ask for the list")
    options = parser.parse_args()
    # Answers to the pages' own queries are timed in this process, without a server around them.
    settings.ALLOWED_HOSTS.append("testserver")
    user, password = hire()
    console, client = Console(options.url, user.username, password), Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    print(f"{Order.objects.count():,} orders, {options.rounds} rounds\n")
    print("| page | p50 ms | p95 ms | database ms | queries | bare SQL ms | ratio | promised p50 |")
    print("|---|---|---|---|---|---|---|---|")
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as bare:
        for page in list_pages():
            _print_page(page, console, client, bare, options.rounds)
    rate = _count_per_second(options.url, user.username, password, options.seconds)
    print(f"\n{ADMINS} people asking for the list at once: {rate:.0f} requests a second (promised 80)")


def _print_page(
    page: Page, console: Console, client: Client, bare: "psycopg.Connection[tuple[object, ...]]", rounds: int
) -> None:
    whole = measure(lambda: console.get(page.path), rounds)
    database = DatabaseTime()
    ours = database.measure(lambda: client.get(page.path, secure=False), rounds)
    statement = page.bare
    by_hand = (
        statistics.median(measure(lambda: fetch_page(bare, statement, has_counts=page.has_counts), rounds))
        if statement
        else 0
    )
    p95 = sorted(whole)[int(len(whole) * 0.95) - 1]
    cells = [
        page.name,
        f"{statistics.median(whole):.1f}",
        f"{p95:.1f}",
        f"{ours:.1f}",
        str(database.queries),
        f"{by_hand:.1f}" if by_hand else "–",
        f"{ours / by_hand:.1f}" if by_hand else "–",
        f"≤ {page.promised}" if page.promised else "–",
    ]
    print(f"| {' | '.join(cells)} |", flush=True)


def _count_per_second(url: str, username: str, password: str, seconds: float) -> float:
    counts = [0] * ADMINS
    consoles = [Console(url, username, password) for _ in range(ADMINS)]
    end = time.monotonic() + seconds

    def ask(place: int) -> None:
        while time.monotonic() < end:
            consoles[place].get("/console/orders/")
            counts[place] += 1

    _run_together([lambda place=place: ask(place) for place in range(ADMINS)])  # type: ignore[misc]
    return sum(counts) / seconds


def _run_together(calls: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
