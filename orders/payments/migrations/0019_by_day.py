"""Payments of a day are compared with the bill of that day."""

from django.db import migrations, models

from shop.database.online import SwapIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("payments", "0018_refunds_of_cases")]

    operations = [
        SwapIndex("payment", new=models.Index(fields=["captured_at"], name="payment_by_day")),
    ]
