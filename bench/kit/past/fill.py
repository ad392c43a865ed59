"""Filling with a report of how far it is, and the database tidied afterwards."""

import argparse
import time

from django.db import connection

from bench.kit.past.history import fill


def main(options: argparse.Namespace) -> None:
    began = time.monotonic()

    def report(done: int) -> None:
        if done % 20_000 == 0 or done == options.orders:
            print(f"{done:>9,} orders after {time.monotonic() - began:.0f} s", flush=True)

    fill(options.orders, days=options.days, seed=options.seed, report=report)
    with connection.cursor() as cursor:
        # What the server does by itself in time, so that measuring can begin at once.
        cursor.execute("VACUUM ANALYZE")
    print(f"filled in {time.monotonic() - began:.0f} s")
