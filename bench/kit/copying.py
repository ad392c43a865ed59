"""Rows straight into PostgreSQL by COPY, table by table, in memory that does not grow."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models

NULL = r"\N"


class Table:
    """The rows of one model that wait to be copied. Columns that a row leaves out get the field's default."""

    def __init__(self, model: type[models.Model]) -> None:
        fields = [field for field in model._meta.concrete_fields if not field.generated]
        self.name = model._meta.db_table
        self._columns = [field.column for field in fields]
        self._defaults = [_write(field.get_default()) for field in fields]
        self._places = {name: at for at, name in enumerate(self._columns)}
        self._lines: list[str] = []

    def add(self, **values: Any) -> None:
        """Keep one row by its column names. Texts must be free of tabs, line ends and backslashes."""
        row = self._defaults.copy()
        for name, value in values.items():
            row[self._places[name]] = _write(value)
        self._lines.append("\t".join(row))

    def flush(self) -> None:
        columns = ", ".join(f'"{name}"' for name in self._columns)
        with connection.cursor() as cursor, cursor.copy(f'COPY "{self.name}" ({columns}) FROM STDIN') as copy:
            copy.write("\n".join([*self._lines, ""]))
        self._lines.clear()


def _write(value: Any) -> str:
    if value is None:
        return NULL
    return "{}" if value == {} else str(value)


def find_next_id(model: type[models.Model]) -> int:
    last = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    return (last or 0) + 1


def raise_sequences(used: Sequence[type[models.Model]]) -> None:
    """Let the next id of each table follow the highest one in it."""
    with connection.cursor() as cursor:
        for model in used:
            table = model._meta.db_table
            cursor.execute(
                f'SELECT setval(pg_get_serial_sequence(%s, %s), (SELECT max(id) FROM "{table}"))',  # noqa: S608
                [table, "id"],
            )
