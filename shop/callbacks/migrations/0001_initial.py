import shop.crypto
from django.db import migrations, models


class Migration(migrations.Migration):
    """The table of payments' callbacks, which payments made; nothing is done to it."""

    initial = True

    dependencies = [("payments", "0008_drop_close_failures")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Callback",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("provider", models.CharField(max_length=10)),
                        ("nonce", models.CharField(blank=True, max_length=64)),
                        ("is_accepted", models.BooleanField()),
                        ("code", models.CharField(blank=True, max_length=40)),
                        ("subject", models.CharField(blank=True, max_length=64)),
                        ("body", shop.crypto.EncryptedTextField(blank=True)),
                        ("digest", models.CharField(blank=True, max_length=64)),
                        ("address", models.GenericIPAddressField(null=True)),
                        ("is_signed", models.BooleanField(default=False)),
                        ("received_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "payments_gatewaynotice",
                        "indexes": [models.Index(condition=models.Q(("is_accepted", False)), fields=["received_at"], name="notice_refused")],
                        "constraints": [models.UniqueConstraint(condition=models.Q(("is_accepted", True)), fields=("provider", "nonce"), name="notice_nonce_once")],
                    },
                ),
            ],
        ),
    ]
