"""Why an order is on hold is sealed, as remarks and notes are."""

from django.db import migrations, models

import shop.crypto
from shop.database.online import seal_old_values


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("orders", "0014_reasons_and_clocks"),
        ("customers", "0006_secret_of_each_customer"),
    ]

    operations = [
        migrations.AlterField("order", "hold_reason", models.TextField(blank=True)),
        seal_old_values(
            "orders", "order", "hold_reason", bound_to=("number",), opened_by="customer.secret"
        ),
        migrations.AlterField("order", "hold_reason", shop.crypto.EncryptedTextField(blank=True)),
    ]
