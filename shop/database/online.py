"""Changes of the schema while the shop goes on: nobody waits for them, and each may be killed and run again."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.migrations import AddConstraint, AddField, RunPython
from django.db.migrations.operations.base import Operation
from django.db.models import Index, Max, UniqueConstraint

from shop.crypto.fields import spell
from shop.crypto.sealing import is_sealed, seal, unseal

_BATCH = 5000
Indexed = Index | UniqueConstraint
"""An index, or a constraint that PostgreSQL keeps as one: one with a condition."""


class SwapIndex(Operation):
    """Put `new` in the place of `old`, or add it, or take `old` away; the two may have one name.

    On PostgreSQL it is built beside the old one without a lock (CREATE INDEX CONCURRENTLY), so the migration must say
    `atomic = False`; what a killed run has left is thrown away first. SQLite has no other writer to wait.
    """

    def __init__(self, model_name: str, old: Indexed | None = None, new: Indexed | None = None) -> None:
        self.model_name = model_name
        self.old = old
        self.new = new

    def state_forwards(self, app_label: str, state: Any) -> None:
        model = app_label, self.model_name.lower()
        if isinstance(self.old, Index):
            state.remove_index(*model, self.old.name)
        elif self.old:
            state.remove_constraint(*model, self.old.name)
        if isinstance(self.new, Index):
            state.add_index(*model, self.new)
        elif self.new:
            state.add_constraint(*model, self.new)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        _swap(schema_editor, to_state.apps.get_model(app_label, self.model_name), self.old, self.new)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        _swap(schema_editor, to_state.apps.get_model(app_label, self.model_name), self.new, self.old)

    def describe(self) -> str:
        words = [
            f"take away {self.old.name}" if self.old else "",
            f"build {self.new.name}" if self.new else "",
        ]
        return f"{self.model_name}: {', '.join(filter(None, words))}"


def _swap(editor: Any, model: Any, old: Indexed | None, new: Indexed | None) -> None:
    if editor.connection.vendor != "postgresql":
        _replace(editor, model, old, new)
    elif editor.connection.in_atomic_block:
        raise RuntimeError("a migration that swaps indexes must say atomic = False")
    else:
        _build_beside(editor, model, old, new)


def _replace(editor: Any, model: Any, old: Indexed | None, new: Indexed | None) -> None:
    for name in {each.name for each in (old, new) if each}:
        editor.execute(f"DROP INDEX IF EXISTS {editor.quote_name(name)}")
    if new:
        editor.execute(str(new.create_sql(model, editor)))


def _build_beside(editor: Any, model: Any, old: Indexed | None, new: Indexed | None) -> None:
    beside = editor.quote_name(f"{new.name}_new") if new else ""
    if new:
        editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {beside}")
        sql = str(new.create_sql(model, editor)).replace(editor.quote_name(new.name), beside, 1)
        editor.execute(re.sub(r"^CREATE( UNIQUE)? INDEX", r"CREATE\1 INDEX CONCURRENTLY", sql))
    for name in {each.name for each in (old, new) if each}:
        editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {editor.quote_name(name)}")
    if new:
        editor.execute(f"ALTER INDEX {beside} RENAME TO {editor.quote_name(new.name)}")


class AddColumn(AddField):
    """Add a column in a migration that says `atomic = False`: one that a killed run has left is taken as it is."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if not _has_column(schema_editor, model._meta.db_table, model._meta.get_field(self.name).column):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


def _has_column(editor: Any, table: str, column: str) -> bool:
    with editor.connection.cursor() as cursor:
        described = editor.connection.introspection.get_table_description(cursor, table)
    return column in {found.name for found in described}


class AddCheck(AddConstraint):
    """Add a condition of rows in a migration that says `atomic = False`: PostgreSQL looks through them without a lock.

    New rows are held to it at once. What a killed run has left is thrown away first.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        table = schema_editor.quote_name(model._meta.db_table)
        name = schema_editor.quote_name(self.constraint.name)
        schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
        schema_editor.execute(f"{self.constraint.create_sql(model, schema_editor)} NOT VALID", params=None)
        schema_editor.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


class AddFilledColumn(AddField):
    """Add a column that may not be NULL, and whose default PostgreSQL works out for each row anew.

    In one statement it would rewrite the table while everybody waits. Here the column comes empty, rows get their
    values in batches, and are looked through without a lock; so the migration must say `atomic = False`.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        elif schema_editor.connection.in_atomic_block:
            raise RuntimeError("a migration that fills a column must say atomic = False")
        else:
            model = to_state.apps.get_model(app_label, self.model_name)
            _add_filled(schema_editor, model, model._meta.get_field(self.name))


def _add_filled(editor: Any, model: Any, field: Any) -> None:
    table, column = editor.quote_name(model._meta.db_table), editor.quote_name(field.column)
    default, parameters = editor.db_default_sql(field)
    alter = f"ALTER TABLE {table}"
    editor.execute(f"{alter} ADD COLUMN IF NOT EXISTS {column} {field.db_type(editor.connection)}")
    editor.execute(f"{alter} ALTER COLUMN {column} SET DEFAULT {default}", parameters)
    empty = f"{column} IS NULL AND id BETWEEN %s AND %s"
    _fill(editor, f"UPDATE {table} SET {column} = DEFAULT WHERE {empty}", model)  # noqa: S608 - names of ours
    rule = editor.quote_name(f"{field.column}_is_filled")
    editor.execute(f"{alter} DROP CONSTRAINT IF EXISTS {rule}")
    editor.execute(f"{alter} ADD CONSTRAINT {rule} CHECK ({column} IS NOT NULL) NOT VALID")
    editor.execute(f"{alter} VALIDATE CONSTRAINT {rule}")
    editor.execute(f"{alter} ALTER COLUMN {column} SET NOT NULL")
    editor.execute(f"{alter} DROP CONSTRAINT {rule}")


def _fill(editor: Any, update: str, model: Any) -> None:
    """Each batch commits by itself; rows that come meanwhile have the default already."""
    last = model._base_manager.aggregate(last=Max("pk"))["last"] or 0
    for first in range(1, last + 1, _BATCH):
        editor.execute(update, [first, first + _BATCH - 1])


@dataclass(frozen=True)
class _OldValue:
    """A stored value, with all that sealing it needs; see `shop.crypto.sealing`."""

    text: str
    context: str
    row: str
    secret: str | None


def seal_old_values(
    app_label: str, model_name: str, column: str, *, bound_to: tuple[str, ...] = (), opened_by: str = ""
) -> RunPython:
    """Seal what stands in a column as plain text, for a field with these `bound_to` and `opened_by`.

    The column is a TextField at this point of the migration, which says `atomic = False`: each batch commits by itself,
    what somebody writes meanwhile stays, and a killed run goes on where it was. What is left of a buyer who was erased
    is emptied. Processes of the version before see sealed text, and go on.
    """
    secret = opened_by.replace(".", "__")

    def seal_one(row: _OldValue) -> str:
        if row.secret == "":
            return ""
        is_done = is_sealed(row.text)
        return row.text if is_done else seal(row.text, context=row.context, row=row.row, secret=row.secret)

    def open_one(row: _OldValue) -> str:
        is_open = row.secret == "" or not is_sealed(row.text)
        return row.text if is_open else unseal(row.text, context=row.context, row=row.row, secret=row.secret)

    def rewrite(apps: Any, turn: Callable[[_OldValue], str]) -> None:
        rows = apps.get_model(app_label, model_name)._base_manager.exclude(**{column: ""}).order_by("pk")
        names = ("pk", column, *bound_to, *([secret] if secret else ()))
        context, after = f"{rows.model._meta.db_table}.{column}", 0
        while batch := list(rows.filter(pk__gt=after).values_list(*names)[:_BATCH]):
            with transaction.atomic():
                for after, text, *rest in batch:
                    bound = "\n".join(spell(value) for value in rest[: len(bound_to)])
                    new = turn(_OldValue(text, context, bound, rest[-1] if secret else None))
                    if new != text:
                        rows.filter(**{"pk": after, column: text}).order_by().update(**{column: new})

    return RunPython(
        lambda apps, _editor: rewrite(apps, seal_one), lambda apps, _editor: rewrite(apps, open_one)
    )


def drop_left_column(table: str, column: str, definition: str) -> RunPython:
    """Drop a column whose field went in the version before, whose processes no longer write it.

    `definition` is what puts it back. SQLite may have lost it already: a table that was remade since holds only what
    has a field.
    """

    def drop(_apps: Any, schema_editor: Any) -> None:
        if _has_column(schema_editor, table, column):
            schema_editor.execute(f"ALTER TABLE {table} DROP COLUMN {column}")

    def add(_apps: Any, schema_editor: Any) -> None:
        schema_editor.execute(f"ALTER TABLE {table} ADD COLUMN {column} {definition}")

    return RunPython(drop, add)
