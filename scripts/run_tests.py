"""Runs every check and test of the project; called by `bin/test`, which makes the environment first.

Which servers: DATABASE_URL and REDIS_URL where set, else those that listen on this machine and suit us, else
private ones that end with the run. Fault tests start servers of their own in any case.
"""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from harness.environment import set_test_environment
from harness.servers import PrivatePostgres, PrivateRedis

PROJECT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
MANAGE = [PYTHON, "manage.py"]
RESERVATION_SECONDS = 3600
CHECKS: Sequence[tuple[str, Sequence[str]]] = [
    ("style (ruff check)", [PYTHON, "-m", "ruff", "check", "."]),
    ("format (ruff format)", [PYTHON, "-m", "ruff", "format", "--check", "."]),
    (
        "scripts (oxlint)",
        [str(Path(PYTHON).with_name("oxlint")), "--deny-warnings", "static/js", "mini-program"],
    ),
    ("types (mypy --strict)", [PYTHON, "-m", "mypy", "."]),
    ("layers (import-linter)", [str(Path(PYTHON).with_name("lint-imports"))]),
    ("system checks", [*MANAGE, "check"]),
    ("migrations complete", [*MANAGE, "makemigrations", "--check", "--dry-run"]),
    ("translations complete", [PYTHON, "scripts/check_translations.py"]),
    ("generated documents up to date", [PYTHON, "scripts/check_docs.py"]),
]
STATIC = "--static"
# In the order of collection: the folders of real processes, which take longest, are dealt out first.
ON_TWO_CORES = ["-n", "2", "--dist", "loadscope", "--no-loadscope-reorder", "--durations", "15"]


def main(pytest_arguments: Sequence[str]) -> int:
    """Run everything, what needs no servers (`--static`), or pytest alone; return the first failure's status."""
    os.chdir(PROJECT)
    # Ended from outside, the run still stops the servers it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with contextlib.ExitStack() as servers:
        if pytest_arguments == [STATIC]:
            os.environ["DATABASE_URL"] = "sqlite://:memory:"
        else:
            os.environ["DATABASE_URL"] = servers.enter_context(choose_database())
            os.environ["REDIS_URL"] = servers.enter_context(choose_redis())
        set_test_environment()
        for name, command in choose_steps(pytest_arguments):
            if status := run_step(name, command):
                return status
    print("== all passed", flush=True)
    return 0


def choose_steps(pytest_arguments: Sequence[str]) -> list[tuple[str, Sequence[str]]]:
    if pytest_arguments == [STATIC]:
        return [*CHECKS]
    pytest = ("tests (pytest)", [PYTHON, "-m", "pytest", *(pytest_arguments or ON_TWO_CORES)])
    return [pytest] if pytest_arguments else [*CHECKS, pytest]


def run_step(name: str, command: Sequence[str]) -> int:
    print(f"== {name}", flush=True)
    started_at = time.monotonic()
    status = subprocess.run(command, stdin=subprocess.DEVNULL).returncode
    seconds = time.monotonic() - started_at
    print(f"== {name}: {'passed' if status == 0 else f'FAILED ({status})'} in {seconds:.0f} s", flush=True)
    return status


@contextlib.contextmanager
def choose_database() -> Iterator[str]:
    """Yield the URL of a PostgreSQL database; tests add `test_` to its name."""
    if url := os.environ.get("DATABASE_URL"):
        if not url.startswith(("postgres://", "postgresql://")):
            sys.exit(
                "The tests need PostgreSQL, and DATABASE_URL is of none: `unset DATABASE_URL REDIS_URL`."
            )
        print(f"== PostgreSQL: DATABASE_URL ({_place(url)})", flush=True)
        yield url
        return
    for user in dict.fromkeys(["postgres", os.environ.get("USER", "root")]):
        if can_make_databases(user):
            # A name of its own, so that two runs at once do not share a database.
            name = f"shop_{secrets.token_hex(4)}"
            print(f"== PostgreSQL: the one on this machine, as {user}", flush=True)
            create_database(user, name)
            try:
                yield f"postgres://{user}@127.0.0.1:5432/{name}"
            finally:
                drop_databases(user, name, *(f"test_{name}{worker}" for worker in ("", "_gw0", "_gw1")))
            return
    with PrivatePostgres() as server:
        print("== PostgreSQL: a private one for this run", flush=True)
        yield server.url


def can_make_databases(user: str) -> bool:
    """Tell whether this user may create UTF-8 databases whose ctype knows Chinese on the local server."""
    query = """
        SELECT (rolcreatedb OR rolsuper)
           AND pg_encoding_to_char(encoding) = 'UTF8' AND datctype NOT IN ('C', 'POSIX')
        FROM pg_roles, pg_database WHERE rolname = current_user AND datname = 'template1'
    """
    try:
        with _connect(user) as connection:
            row = connection.execute(query).fetchone()
    except psycopg.OperationalError:
        return False
    return bool(row and row[0])


def create_database(user: str, name: str) -> None:
    """Make the database that the management commands see; tests make their own beside it."""
    with _connect(user) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')


def drop_databases(user: str, *names: str) -> None:
    """Remove what this run made, also what an interrupted pytest leaves."""
    with _connect(user) as connection:
        for name in names:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _connect(user: str) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(
        host="127.0.0.1", port=5432, user=user, dbname="postgres", autocommit=True, connect_timeout=2
    )


@contextlib.contextmanager
def choose_redis() -> Iterator[str]:
    """Yield the URL of a Redis database nobody else uses."""
    if url := os.environ.get("REDIS_URL"):
        print(f"== Redis: REDIS_URL ({_place(url)})", flush=True)
        yield url
        return
    if client := reserve_local_redis():
        number = client.connection_pool.connection_kwargs["db"]
        print(f"== Redis: the one on this machine, database {number}", flush=True)
        try:
            yield f"redis://127.0.0.1:6379/{number}"
        finally:
            client.flushdb()
        return
    with PrivateRedis() as server:
        print("== Redis: a private one for this run", flush=True)
        yield server.url


def reserve_local_redis() -> redis.Redis | None:
    """Return a client of an empty database of the local server, marked as taken; None when there is none."""
    for number in range(15, 0, -1):
        client = redis.Redis(
            db=number, socket_timeout=2, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
        )
        try:
            if client.dbsize() == 0 and client.set("shop-tests", "running", nx=True, ex=RESERVATION_SECONDS):
                return client
        except redis.RedisError:
            return None
    return None


def _place(url: str) -> str:
    """Show where a URL points without its password."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}{parts.path}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
