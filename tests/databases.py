"""The database of the tests emptied, and a database of one's own for processes that are started against it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection, connections, transaction
from django.test import TransactionTestCase
from psycopg.sql import SQL, Identifier

_MANY_DEAD = 200
_NEVER_CHANGED = frozenset({"django_migrations", "django_content_type", "auth_permission"})


def empty_filled_tables(case: TransactionTestCase) -> None:
    """What `TransactionTestCase` does after a test, in a tenth of the time: only what has rows is emptied.

    A TRUNCATE of all tables makes and syncs some three hundred files, and the signal after it reads all permissions.
    """
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    first = SQL("(SELECT {} FROM {} LIMIT 1)")
    firsts = [first.format(table, Identifier(table)) for table in tables if table not in _NEVER_CHANGED]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SQL(" UNION ALL ").join(firsts))
        filled = [table for (table,) in cursor.fetchall()]
        # Events and money refuse to be deleted, by triggers.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in filled:
            cursor.execute(SQL("DELETE FROM {}").format(Identifier(table)))


def sweep_dead_rows() -> None:
    """Vacuum what tests have filled and emptied, or rolled back; the server may never do it by itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_stat_user_tables WHERE n_dead_tup > %s", [_MANY_DEAD])
        tables = [table for (table,) in cursor.fetchall()]
        if tables:
            cursor.execute(SQL("VACUUM {}").format(SQL(", ").join(map(Identifier, tables))))


def disconnect() -> None:
    """Leave this process's connections: the next query connects to the database then named."""
    connection.close()
    connection.close_pool()


def leave_lost_connection() -> None:
    """When the server is gone, leave it as `disconnect` does, and with it the transaction that cannot end."""
    lost = connection.connection is not None and getattr(connection.connection, "closed", False)
    if connection.closed_in_transaction or lost:
        connection.close_pool()
        del connections["default"]


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


def write_own_url() -> str:
    """The URL of the database that this process is connected to."""
    return _write_url(connection.settings_dict, connection.settings_dict["NAME"])


def _write_url(server: dict[str, Any], database: str) -> str:
    user = server["USER"] + (f":{server['PASSWORD']}" if server["PASSWORD"] else "")
    return f"postgres://{user}@{server['HOST'] or '127.0.0.1'}:{server['PORT'] or 5432}/{database}"
