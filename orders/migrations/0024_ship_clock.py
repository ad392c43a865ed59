from typing import Any

from django.db import migrations, models
from django.db.models import F, Q

from shop.database.online import AddColumn, SwapIndex

_IN_HAND = ["to_confirm", "confirmed", "preparing"]


def fill(apps: Any, _schema_editor: Any) -> None:
    """Orders in hand that still have time are told of when it is over; run again it writes the same."""
    orders = apps.get_model("orders", "Order").objects.filter(stage__in=_IN_HAND, is_held=False, warned=0)
    orders.filter(ship_by__isnull=False, warn_at__isnull=True).update(warn_at=F("ship_by"))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0023_bundles")]

    operations = [
        AddColumn("order", "warn_at", models.DateTimeField(null=True)),
        AddColumn("order", "warned", models.PositiveSmallIntegerField(default=0, db_default=0)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        SwapIndex(
            "Order",
            new=models.Index(fields=["warn_at"], name="order_warn_due", condition=Q(warn_at__isnull=False)),
        ),
    ]
