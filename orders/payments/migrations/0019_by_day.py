"""Payments of a day are compared with the bill of that day."""

from django.db import migrations, models

from shop.database.online import SwapIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("payments", "0016_codes_at_the_counter")]

    operations = [
        SwapIndex("payment", new=models.Index(fields=["captured_at"], name="payment_by_day")),
    ]
