import django.db.models.deletion
from django.db import migrations, models

from shop.database.online import AddColumn


class Migration(migrations.Migration):
    """By which means money was taken at a counter, at which store, and who took it."""

    atomic = False
    dependencies = [("payments", "0014_found_by_reference"), ("store", "0019_pickup_stores")]
    operations = [
        AddColumn(
            "payment",
            "means",
            models.CharField(
                blank=True,
                choices=[("cash", "Cash"), ("transfer", "Transfer")],
                db_default="",
                default="",
                max_length=8,
            ),
        ),
        AddColumn(
            "payment",
            "store",
            models.ForeignKey(
                "store.pickupstore",
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
            ),
        ),
        AddColumn(
            "payment",
            "collected_by_kind",
            models.CharField(blank=True, db_default="", default="", max_length=10),
        ),
        AddColumn("payment", "collected_by_id", models.BigIntegerField(null=True)),
        AddColumn(
            "payment",
            "collected_by_name",
            models.CharField(blank=True, db_default="", default="", max_length=80),
        ),
    ]
