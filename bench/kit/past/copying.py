"""Rows straight into PostgreSQL by COPY, table by table, in memory that does not grow."""

from itertools import count
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
        self.is_numbered = "id" in self._places
        self._ids = count(find_next_id(model) if self.is_numbered else 1)

    def add(self, **values: Any) -> int:
        """Keep one row by its column names and return its id. Texts must be free of tabs, line ends and backslashes."""
        row, pk = self._defaults.copy(), next(self._ids)
        numbered = {"id": pk} if self.is_numbered else {}
        for name, value in (numbered | values).items():
            row[self._places[name]] = _write(value)
        self._lines.append("\t".join(row))
        return pk

    def flush(self) -> None:
        columns = ", ".join(f'"{name}"' for name in self._columns)
        with connection.cursor() as cursor, cursor.copy(f'COPY "{self.name}" ({columns}) FROM STDIN') as copy:
            copy.write("\n".join([*self._lines, ""]))
        self._lines.clear()

    def raise_sequence(self) -> None:
        """Let the next id of the table follow the highest one in it."""
        sql = f'SELECT setval(pg_get_serial_sequence(%s, %s), (SELECT max(id) FROM "{self.name}"))'  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(sql, [self.name, "id"])


def _write(value: Any) -> str:
    if value is None:
        return NULL
    return "{}" if value == {} else str(value)


def find_next_id(model: type[models.Model]) -> int:
    last = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    return (last or 0) + 1
