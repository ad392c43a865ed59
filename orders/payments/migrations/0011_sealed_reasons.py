"""Why money goes back, and why a transfer was not accepted, is sealed as remarks and notes are."""

from django.db import migrations, models

import shop.crypto
from shop.database.online import seal_old_values

OF_ORDER = "order.customer.secret"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("payments", "0010_refund_numbers"),
        ("customers", "0006_secret_of_each_customer"),
    ]

    operations = [
        migrations.AlterField("refund", "reason", models.TextField(blank=True)),
        seal_old_values("payments", "refund", "reason", bound_to=("number",), opened_by=OF_ORDER),
        migrations.AlterField("refund", "reason", shop.crypto.EncryptedTextField(blank=True)),
        migrations.AlterField("transferproof", "reason", models.TextField(blank=True)),
        seal_old_values(
            "payments", "transferproof", "reason", bound_to=("order_id", "sent_at"), opened_by=OF_ORDER
        ),
        migrations.AlterField("transferproof", "reason", shop.crypto.EncryptedTextField(blank=True)),
    ]
