"""New rows in one statement, by SQL that is put together once."""

from functools import cache
from typing import Any, TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


def insert_rows(rows: list[Row], *, ignore_conflicts: bool = False) -> list[Row]:
    """Write new rows of one model and set their keys, as `bulk_create` does, which takes three times as long.

    Values are prepared by their fields. It knows no expressions, defaults of the database or inheritance; for a few
    rows, on the path of every order. With `ignore_conflicts` rows that exist are passed over, and no key is set.
    """
    if not rows:
        return rows
    model = type(rows[0])
    values = [
        field.get_db_prep_save(field.pre_save(row, add=True), connection)
        for row in rows
        for field in _list_fields(model)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_write_insert(model, len(rows), ignore_conflicts), values)
        if not ignore_conflicts and model._meta.auto_field:
            for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
                row.pk = key
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
    return rows


@cache
def _list_fields(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if field is not model._meta.auto_field]


@cache
def _write_insert(model: type[models.Model], count: int, ignore_conflicts: bool) -> str:
    columns = [connection.ops.quote_name(str(field.column)) for field in _list_fields(model)]
    row = f"({', '.join(['%s'] * len(columns))})"
    table, auto = connection.ops.quote_name(model._meta.db_table), model._meta.auto_field
    end = f" RETURNING {connection.ops.quote_name(str(auto.column))}" if auto else ""
    rows = f"({', '.join(columns)}) VALUES {', '.join([row] * count)}"
    return f"INSERT INTO {table} {rows}{' ON CONFLICT DO NOTHING' if ignore_conflicts else end}"
