"""The name of a driver is sealed, as the phone beside it is."""

from django.db import migrations, models

import shop.crypto
from shop.database.online import seal_old_values


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("shipping", "0003_lean_indexes")]

    operations = [
        migrations.AlterField("parcel", "driver_name", models.TextField(blank=True)),
        seal_old_values("shipping", "parcel", "driver_name", bound_to=("sent_at",)),
        migrations.AlterField("parcel", "driver_name", shop.crypto.EncryptedTextField(blank=True)),
    ]
