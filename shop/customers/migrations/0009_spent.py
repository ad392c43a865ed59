from django.db import migrations, models
from django.db.models import Q

from shop.database.online import SwapIndex


class Migration(migrations.Migration):
    """What each buyer has spent, by which lists are sorted; `orders` sums it up."""

    atomic = False

    dependencies = [("customers", "0008_sealed_reasons")]

    operations = [
        migrations.AddField("customer", "spent_fen", models.BigIntegerField(default=0, db_default=0)),
        SwapIndex(
            "customer",
            new=models.Index(
                fields=["spent_fen", "id"], name="customer_by_spent", condition=Q(spent_fen__gt=0)
            ),
        ),
    ]
