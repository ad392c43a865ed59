"""A migration that is killed in the middle is run again and ends well, on rows of the version before."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.databases import own_database
from harness.processes import PROJECT

# A dozen processes, each of which reads the whole shop: a busy machine takes minutes.
pytestmark = pytest.mark.timeout(900)
Run = "subprocess.CompletedProcess[str]"


class OldShop:
    """The database of a shop of the version before, and what its orders were found by."""

    def __init__(self, url: str) -> None:
        self.url = url
        assert self.run("manage.py", "migrate", "-v0").returncode == 0
        self.before = json.loads(self.call("prepare()").stdout)

    def run(self, *arguments: str) -> Run:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=PROJECT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": self.url},
            capture_output=True,
            text=True,
        )

    def call(self, words: str) -> Run:
        """Call a function of `tests.orders.migrations.migrating` in a process of its own."""
        return self.run(
            "-c", f"import django; django.setup(); from tests.orders.migrations import migrating; migrating.{words}"
        )


@pytest.fixture(params=["sqlite", "postgresql"])
def old_shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OldShop]:
    if request.param == "sqlite":
        yield OldShop(f"sqlite:///{tmp_path}/shop.sqlite3")
    elif connection.vendor == "postgresql":
        with own_database("shop_before") as url:
            yield OldShop(url)
    else:
        pytest.skip("no PostgreSQL among the servers of this run")


def without_zeros(hashes: dict[str, list[list[int]]]) -> dict[str, set[tuple[int, ...]]]:
    return {kind: {tuple(row) for row in rows if row[1]} for kind, rows in hashes.items()}


def test_killed_at_every_kind_of_step_it_goes_on_where_it_was(old_shop: OldShop) -> None:
    swaps = {"postgres": "ALTER INDEX", "sqlite": "CREATE INDEX"}
    swap = next(words for kind, words in swaps.items() if old_shop.url.startswith(kind))
    steps = [("orders", f'{swap} "order_by', 2), ("orders", 'INTO "orders_blindindex"', 2)]
    if swap == swaps["postgres"]:
        secrets = ('SET "secret" = DEFAULT', 'VALIDATE CONSTRAINT "secret_is_filled')
        steps = [*(("customers", text, 1) for text in secrets), *steps]
    for app, text, count in steps:
        died = old_shop.call(f"die({app!r}, {text!r}, {count})")
        assert died.returncode == -signal.SIGKILL, died.stderr
    assert len(old_shop.run("manage.py", "showmigrations", "--plan").stdout.split("[ ]")) > 2
    late = old_shop.call("take_one_late()")
    assert late.returncode == 0, late.stderr
    assert json.loads(late.stdout)["hashes"] != old_shop.before["hashes"]
    assert old_shop.run("manage.py", "migrate", "-v0").returncode == 0
    after = json.loads(old_shop.call("report()").stdout)
    assert (after["missing"], after["left"]) == ([], [])
    assert without_zeros(after["hashes"]) == without_zeros(old_shop.before["hashes"])
    books = old_shop.run("manage.py", "check_books")
    assert (books.returncode, "BROKEN" in books.stdout) == (0, False), books.stdout
