"""Fill the database of DATABASE_URL with a shop that has a long past.

    DATABASE_URL=postgres://… python -m bench.fill --orders 100000

Give it a database of its own: what is filled cannot be told from what was sold. Migrate first.
"""

import argparse
import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
django.setup()

from django.db import connection  # noqa: E402 - the models are there only after the set-up

from bench.history import fill  # noqa: E402 - the models are there only after the set-up


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=int, default=10_000, help="how many (default 10,000)")
    parser.add_argument(
        "--days", type=int, default=730, help="spread over so many days until now (default 730)"
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same choices")
    options = parser.parse_args()
    began = time.monotonic()

    def report(done: int) -> None:
        if done % 20_000 == 0 or done == options.orders:
            print(f"{done:>9,} orders after {time.monotonic() - began:.0f} s", flush=True)

    fill(options.orders, days=options.days, seed=options.seed, report=report)
    with connection.cursor() as cursor:
        # What the server does by itself in time, so that measuring can begin at once.
        cursor.execute("VACUUM ANALYZE")
    print(f"filled in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
