"""A database of one's own on the server of the tests, for processes that are started against it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection


@contextmanager
def own_database(name: str) -> Iterator[str]:
    """The URL of a new, empty database on the PostgreSQL of the tests, which is gone afterwards."""
    server = dict(connection.settings_dict)
    place = {"host": server["HOST"], "port": server["PORT"] or 5432, "user": server["USER"]}
    place = {key: value for key, value in place.items() if value}
    password = {"password": server["PASSWORD"]} if server["PASSWORD"] else {}
    database = f"{name}_{os.getpid()}"
    with psycopg.connect(**place, **password, dbname="postgres", autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        admin.execute(f"CREATE DATABASE \"{database}\" ENCODING 'UTF8' TEMPLATE template0")
        try:
            yield _write_url(server, database)
        finally:
            admin.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def _write_url(server: dict[str, Any], database: str) -> str:
    user = server["USER"] + (f":{server['PASSWORD']}" if server["PASSWORD"] else "")
    return f"postgres://{user}@{server['HOST'] or '127.0.0.1'}:{server['PORT'] or 5432}/{database}"
