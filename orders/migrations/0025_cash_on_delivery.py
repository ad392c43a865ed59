from django.db import migrations, models
from django.db.models import F, Q

from shop.database.online import AddColumn, SwapIndex

_COD_OWED = Q(
    pay_method="cod",
    delivery="express",
    stage__in=["shipped", "done"],
    paid_fen__lt=F("payable_fen"),
)


class Migration(migrations.Migration):
    """Orders that come back, and an index of the cash that couriers still owe."""

    atomic = False
    dependencies = [("orders", "0024_ship_clock")]
    operations = [
        AddColumn("order", "is_coming_back", models.BooleanField(default=False, db_default=False)),
        SwapIndex(
            "order",
            new=models.Index(fields=["shipped_at", "id"], name="order_cod_owed", condition=_COD_OWED),
        ),
    ]
