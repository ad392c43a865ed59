from django.db import migrations, models

from shop.database.online import AddColumn, SwapIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0020_test_orders")]

    operations = [
        AddColumn("order", "printed_at", models.DateTimeField(null=True)),
        AddColumn("order", "prints", models.PositiveSmallIntegerField(default=0, db_default=0)),
        SwapIndex(
            "order",
            new=models.Index(
                fields=["id"], name="order_not_printed", condition=models.Q(printed_at__isnull=True)
            ),
        ),
    ]
