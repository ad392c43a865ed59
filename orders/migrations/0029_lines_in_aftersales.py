from django.db import migrations, models

from shop.database.online import AddColumn


class Migration(migrations.Migration):
    """How many pieces of a line an open after-sale is about."""

    atomic = False
    dependencies = [("orders", "0028_pickup_slots")]

    operations = [
        AddColumn("orderline", "in_aftersale", models.PositiveIntegerField(db_default=0, default=0)),
    ]
