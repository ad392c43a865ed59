import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from shop.database.online import AddCheck, AddColumn, SwapIndex


class Migration(migrations.Migration):
    """Where an order is picked up, and by which version of its code."""

    atomic = False
    dependencies = [("orders", "0026_ends_with_stage"), ("store", "0019_pickup_stores")]
    operations = [
        AddColumn(
            "order",
            "pickup_store",
            models.ForeignKey(
                "store.pickupstore",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="orders",
                db_index=False,
            ),
        ),
        AddColumn("order", "code_version", models.PositiveSmallIntegerField(default=0, db_default=0)),
        SwapIndex(
            "order",
            new=models.Index(
                fields=["pickup_store", "stage", "id"],
                name="order_by_pickup_store",
                condition=Q(pickup_store__isnull=False),
            ),
        ),
        AddCheck(
            "order",
            models.CheckConstraint(
                condition=Q(delivery="pickup", pickup_store__isnull=False)
                | (~Q(delivery="pickup") & Q(pickup_store__isnull=True)),
                name="pickup_has_a_store",
            ),
        ),
    ]
