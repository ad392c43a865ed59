from typing import Any

from django.db import migrations, models

import shop.crypto
from shop.crypto.sealing import seal_as_before, unseal

BATCH = 500
COLUMNS = (("Order", "seller_remark"), ("Note", "text"))
HAS_REMARK = models.Q(("buyer_remark", ""), ("seller_remark", ""), _negated=True)


def encrypt(apps: Any, schema_editor: Any) -> None:
    for name, column in COLUMNS:
        _rewrite(apps.get_model("orders", name), column, seal_as_before)


def decrypt(apps: Any, schema_editor: Any) -> None:
    for name, column in COLUMNS:
        _rewrite(apps.get_model("orders", name), column, unseal)


def _rewrite(model: Any, column: str, turn: Any) -> None:
    """The columns are plain text at this point of the migration, so values pass as they are stored."""
    context = f"{model._meta.db_table}.{column}"
    rows = model.objects.exclude(**{column: ""}).order_by("pk").only("pk", column)
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        for row in batch:
            setattr(row, column, turn(getattr(row, column), context=context))
        model.objects.bulk_update(batch, [column])
        last = batch[-1].pk


class Migration(migrations.Migration):
    """What staff write about buyers holds phones and addresses as often as what buyers write."""

    dependencies = [("orders", "0006_reminder")]

    operations = [
        migrations.RemoveIndex("order", "order_with_remark"),
        migrations.AlterField("order", "seller_remark", models.TextField(blank=True)),
        migrations.AlterField("note", "text", models.TextField()),
        migrations.RunPython(encrypt, decrypt),
        migrations.AlterField("order", "seller_remark", shop.crypto.EncryptedTextField(blank=True)),
        migrations.AlterField("note", "text", shop.crypto.EncryptedTextField()),
        migrations.AddIndex(
            "order", models.Index(condition=HAS_REMARK, fields=["-id"], name="order_with_remark")
        ),
    ]
