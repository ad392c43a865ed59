"""Each customer has a secret, without which nothing opens what is sealed about them, and may be erased."""

from django.db import migrations, models

import shop.crypto
import shop.customers.models
from shop.database.online import AddFilledColumn


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0005_one_index_each")]

    operations = [
        AddFilledColumn(
            "customer",
            "secret",
            models.CharField(
                blank=True,
                db_default=shop.customers.models.RandomSecret(),
                default=shop.crypto.new_secret,
                max_length=36,
            ),
        ),
        migrations.AddField("customer", "erase_at", models.DateTimeField(null=True)),
        migrations.AddField("customer", "erased_at", models.DateTimeField(null=True)),
    ]
