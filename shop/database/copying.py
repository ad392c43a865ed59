"""Many rows at once, of which nothing is read back: PostgreSQL's COPY, a statement for many elsewhere."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models


def copy_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows of plain values in the order of these columns; all others keep what the database gives them.

    Values are what the database stores; nothing of a field prepares them, and no key comes back. Several times as
    fast as `insert_rows`, for what comes by the thousand.
    """
    quote = connection.ops.quote_name
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    columns = ", ".join(quote(field.column) for field in fields)
    into = f"{quote(model._meta.db_table)} ({columns})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors, cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(names))
            insert = f"INSERT INTO {into} VALUES ({marks})"  # noqa: S608  # Names of our own columns.
            cursor.executemany(insert, list(rows))
