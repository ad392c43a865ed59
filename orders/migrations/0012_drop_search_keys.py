from importlib import import_module
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Exists, OuterRef

conversion = import_module("orders.migrations.0011_convert_search_keys")


def convert_late(apps: Any, schema_editor: Any) -> None:
    """Orders that processes of the version before took after the conversion have keys and no hashes."""
    old, new = apps.get_model("orders", "SearchKey"), apps.get_model("orders", "BlindIndex")
    keys = old.objects.filter(
        ~Exists(new.objects.filter(order_id=OuterRef("order_id"))), kind__in=conversion.KINDS
    )
    rows = [new(**row) for row in conversion.make_rows(keys.values_list("order_id", "kind", "key"))]
    new.objects.bulk_create(rows, batch_size=conversion.BATCH)


class Migration(migrations.Migration):
    """The table of the old keys goes, once what came late is converted."""

    dependencies = [("orders", "0011_convert_search_keys")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="SearchKey",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "kind", "key", "order_id", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("kind", models.CharField(max_length=10)),
                        ("key", models.CharField(max_length=64)),
                        (
                            "order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="search_keys",
                                to="orders.order",
                            ),
                        ),
                    ],
                )
            ]
        ),
        migrations.RunPython(convert_late, migrations.RunPython.noop),
        migrations.DeleteModel("SearchKey"),
    ]
