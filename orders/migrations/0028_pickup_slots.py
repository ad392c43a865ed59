from django.db import migrations, models
from django.db.models import Q

from shop.database.online import AddColumn, SwapIndex


class Migration(migrations.Migration):
    """When the buyer comes, where the store asks for it."""

    atomic = False
    dependencies = [("orders", "0027_pickup")]
    operations = [
        AddColumn("order", "pickup_from", models.DateTimeField(null=True)),
        AddColumn("order", "pickup_until", models.DateTimeField(null=True)),
        SwapIndex(
            "order",
            new=models.Index(
                fields=["pickup_store", "pickup_from"],
                name="order_by_pickup_slot",
                condition=Q(pickup_from__isnull=False),
            ),
        ),
    ]
