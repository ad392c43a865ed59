"""Counting many things at once without ever counting a whole table."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import QuerySet


def write_row(
    wanted: "Iterable[QuerySet[Any]]", cap: int, values: "Iterable[QuerySet[Any, Any]]" = ()
) -> tuple[str, list[Any]]:
    """The one query that counts each of these up to cap + 1, with its parameters.

    `values` are querysets of one column and at most one row, which are read with it.
    """
    counted = [rows.order_by().values("pk")[: cap + 1].query.sql_with_params() for rows in wanted]
    read = [rows.query.sql_with_params() for rows in values]
    columns = [f"(SELECT count(*) FROM ({sql}) AS c)" for sql, _ in counted]  # noqa: S608 - written by the ORM
    columns += [f"({sql})" for sql, _ in read]
    parameters = [value for _, some in (*counted, *read) for value in some]
    return f"SELECT {', '.join(columns)}", parameters


def read_row(sql: str, parameters: list[Any]) -> tuple[Any, ...]:
    """The one row that such a query answers with."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return tuple(cursor.fetchone() or ())
