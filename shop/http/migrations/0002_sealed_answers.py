from django.db import migrations

import shop.crypto


class Migration(migrations.Migration):
    """Kept answers hold personal data, so they are sealed; those of before are dropped with their keys' lease."""

    dependencies = [("http", "0001_initial")]

    operations = [
        migrations.RemoveField(model_name="idempotencykey", name="body"),
        migrations.AddField(
            model_name="idempotencykey", name="body", field=shop.crypto.EncryptedTextField(blank=True, default="")
        ),
    ]
