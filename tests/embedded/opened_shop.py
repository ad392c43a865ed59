"""The filled demo shop, started again: asking its database, and whether its books balance."""

import contextlib
import os
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Iterator

from harness.processes import run_python
from tests.embedded.run_command import RunCommand, wait_until


@contextlib.contextmanager
def next_start(first: RunCommand, *options: str) -> Iterator[RunCommand]:
    with RunCommand(first.data_dir, *options) as run:
        run.wait_open()
        yield run


def ask(run: RunCommand, query: str, *values: object) -> int:
    with contextlib.closing(sqlite3.connect(run.data_dir / "shop.sqlite3", timeout=20)) as connection:
        return int(connection.execute(query, values).fetchone()[0] or 0)


def last_order_id(run: RunCommand) -> int:
    return ask(run, "SELECT max(id) FROM orders_order")


def manage(run: RunCommand, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as the operator would, with the environment that `bin/run` wrote down."""
    lines = (run.data_dir / "run" / "environment").read_text().splitlines()
    shop = {name: "".join(shlex.split(value)) for name, value in (line.split("=", 1) for line in lines)}
    return run_python("manage.py", *arguments, environment={**os.environ, **shop, **environment})


def assert_books_balance(run: RunCommand) -> None:
    """Wait until the books balance; what a killed process left halfway is taken up again first."""

    def is_balanced() -> bool:
        result = manage(run, "check_books")
        sys.stdout.write(result.stdout + result.stderr)
        return result.returncode == 0

    wait_until(is_balanced, "the books balance (what they say is in the output)")
