from django.db import migrations, models
from django.db.models import Q

from shop.database.online import SwapIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0012_drop_search_keys")]

    operations = [
        SwapIndex(
            "order",
            new=models.Index(fields=["customer"], name="order_unpaid_of", condition=Q(stage="unpaid")),
        ),
    ]
