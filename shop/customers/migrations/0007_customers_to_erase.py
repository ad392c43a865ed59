"""Customers whose data is to be erased are found without reading the table."""

from django.db import migrations, models

from shop.database.online import SwapIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0006_secret_of_each_customer")]

    operations = [
        SwapIndex(
            "customer",
            new=models.Index(
                fields=["erase_at"], name="customer_to_erase", condition=models.Q(erase_at__isnull=False)
            ),
        )
    ]
