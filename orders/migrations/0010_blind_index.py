import django.db.models.deletion
from django.db import migrations, models

KINDS = ("nickname", "recipient", "phone", "phone4")


class Migration(migrations.Migration):
    """One row of four numbers takes the place of four search keys of 64 bytes."""

    dependencies = [("orders", "0009_lean_indexes")]
    operations = [
        migrations.CreateModel(
            name="BlindIndex",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "order_id", "recipient", "phone", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hashes",
                        to="orders.order",
                    ),
                ),
                ("nickname", models.BigIntegerField()),
                ("recipient", models.BigIntegerField()),
                ("phone", models.BigIntegerField()),
                ("phone4", models.BigIntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=[kind, "order"], name=f"blind_by_{kind}") for kind in KINDS
                ],
            },
        ),
    ]
