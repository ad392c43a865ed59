"""Fragments of order numbers by trigrams (PostgreSQL), and the names of what was sold until now."""

import unicodedata

from django.db import migrations

TRIGRAMS = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    # Without its first digit: what a number begins with is found by the plain index, and a month's orders share it.
    "CREATE INDEX order_number_trigrams ON orders_order USING gin (SUBSTRING(number, 2) gin_trgm_ops)",
]
TRIGRAMS_BACK = ["DROP INDEX order_number_trigrams"]


def add_trigrams(apps, schema_editor):
    """Other databases read through the numbers: they hold small shops."""
    if schema_editor.connection.vendor == "postgresql":
        for statement in TRIGRAMS:
            schema_editor.execute(statement)


def drop_trigrams(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in TRIGRAMS_BACK:
            schema_editor.execute(statement)


def add_sold_names(apps, schema_editor):
    lines, names = apps.get_model("orders", "OrderLine"), apps.get_model("orders", "SoldName")
    sold = lines.objects.order_by().values_list("sku_id", "product_name", "sku_name").distinct()
    rows = {(sku_id, _normalise(f"{product} {sku}")) for sku_id, product, sku in sold.iterator()}
    names.objects.bulk_create(
        (names(sku_id=sku_id, text=text) for sku_id, text in sorted(rows)), ignore_conflicts=True, batch_size=500
    )


def _normalise(text):
    return "".join(unicodedata.normalize("NFKC", text).replace("-", "").split()).upper()[:255]


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_search")]
    operations = [
        migrations.RunPython(add_trigrams, drop_trigrams),
        migrations.RunPython(add_sold_names, migrations.RunPython.noop),
    ]
