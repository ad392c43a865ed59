from django.db import migrations
from django.db.models import Index, Q

from shop.database.online import SwapIndex

OPEN = Q(handled_at__isnull=True)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0005_new_orders_are_told_by_order")]
    operations = [
        SwapIndex(
            "alert",
            old=Index(fields=["-id"], name="alert_open", condition=OPEN),
            new=Index(fields=["id"], name="alert_open", condition=OPEN),
        ),
        SwapIndex(
            "alert",
            old=Index(fields=["order", "-id"], name="alert_by_order"),
            new=Index(fields=["order", "id"], name="alert_of_order", condition=OPEN),
        ),
    ]
