import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("payments", "0016_codes_at_the_counter"), ("store", "0019_pickup_stores")]
    operations = [
        migrations.CreateModel(
            name="CashClosing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=0)),
                ("day", models.DateField()),
                ("collector_kind", models.CharField(max_length=10)),
                ("collector_id", models.BigIntegerField()),
                ("collector_name", models.CharField(max_length=80)),
                ("orders", models.PositiveIntegerField()),
                ("cash_fen", models.PositiveBigIntegerField()),
                ("transfer_fen", models.PositiveBigIntegerField()),
                ("native_fen", models.PositiveBigIntegerField()),
                ("counted_fen", models.PositiveBigIntegerField()),
                ("note", models.CharField(blank=True, max_length=200)),
                ("is_open", models.BooleanField(default=False)),
                ("closed_at", models.DateTimeField()),
                ("closed_by_name", models.CharField(max_length=80)),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.pickupstore",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "store", "collector_kind", "collector_id"), name="one_closing_of_a_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClosedPayment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "closing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="cash.cashclosing"
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.payment",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("payment",), name="payment_closed_once")],
            },
        ),
    ]
