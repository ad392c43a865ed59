"""No index is kept twice: each costs every write, and bytes of every order."""

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model

# Django gives every primary key of text a second index for its beginnings, which nobody can refuse.
# An index without a condition whose columns are the first of another whole index: that one serves its readers too.
_DOUBLED = """
WITH found AS (
  SELECT i.indrelid AS at, c.relname AS name, array_to_string(i.indkey::int[], ',') || ',' AS columns, i.indisunique,
    i.indisprimary
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_am a ON a.oid = c.relam
  JOIN pg_class t ON t.oid = i.indrelid
  WHERE a.amname = 'btree' AND i.indpred IS NULL AND i.indexprs IS NULL AND t.relname = ANY (%s)
)
SELECT part.name, whole.name
FROM found part JOIN found whole ON part.at = whole.at AND part.name <> whole.name
WHERE NOT part.indisunique AND starts_with(whole.columns, part.columns)
  AND NOT (part.name LIKE '%%_like' AND whole.indisprimary)
"""
OURS = [
    app.label
    for app in apps.get_app_configs()
    if app.name.startswith(("shop", "orders", "pickup", "aftersales", "notifications"))
]


def list_models() -> list[type[Model]]:
    return [model for label in OURS for model in apps.get_app_config(label).get_models()]


def list_tables() -> list[str]:
    return [model._meta.db_table for model in list_models()]


def list_missing(model: type[Model]) -> set[str]:
    """Indexes and constraints that the model names and its table lacks: migrations may drop more than they say."""
    with connection.cursor() as cursor:
        present = connection.introspection.get_constraints(cursor, model._meta.db_table)
    return {each.name for each in (*model._meta.indexes, *model._meta.constraints)} - set(present)


@pytest.mark.parametrize("model", list_models(), ids=lambda model: model._meta.label)
def test_the_table_has_every_index_and_constraint_of_its_model(model: type[Model], db: None) -> None:
    assert list_missing(model) == set()


class TestIndexes:
    def test_none_is_the_beginning_of_another(self, db: None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_DOUBLED, [list_tables()])
            doubled = cursor.fetchall()
        assert doubled == []

    def test_one_that_is_would_be_found(self, db: None) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE INDEX doubled ON orders_order (customer_id)")
            cursor.execute(_DOUBLED, [list_tables()])
            assert ("doubled", "order_by_customer") in cursor.fetchall()
