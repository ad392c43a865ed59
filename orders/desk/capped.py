"""Counting many things at once without ever counting a whole table."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models import QuerySet


def count_capped(wanted: "Mapping[str, QuerySet[Any]]", cap: int) -> dict[str, int]:
    """Name → rows, each counted up to cap + 1; one query."""
    return dict(zip(wanted, run_counts(*write_counts(wanted.values(), cap)), strict=True))


def write_counts(wanted: "Iterable[QuerySet[Any]]", cap: int) -> tuple[str, list[Any]]:
    """The one query that counts each of these up to cap + 1, with its parameters."""
    queries = [rows.order_by().values("pk")[: cap + 1].query.sql_with_params() for rows in wanted]
    counts = ", ".join(f"(SELECT count(*) FROM ({sql}) AS c)" for sql, _ in queries)  # noqa: S608 - written by the ORM
    return f"SELECT {counts}", [value for _, parameters in queries for value in parameters]


def run_counts(sql: str, parameters: list[Any]) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return tuple(cursor.fetchone() or ())
