import django.db.models.deletion
from django.db import migrations, models

CAUSES = [
    ("cancel", "Cancelled"),
    ("part", "While the order goes on"),
    ("goodwill", "Goodwill"),
    ("late_payment", "Paid too late or twice"),
    ("excess_transfer", "Transfer too late or twice"),
    ("outside", "Refunded outside the shop"),
]


def text(length: int, **options: object) -> models.CharField:
    return models.CharField(blank=True, default="", db_default="", max_length=length, **options)


class Migration(migrations.Migration):
    """Who decided a refund, why, and what it is for, line by line."""

    dependencies = [("payments", "0011_sealed_reasons"), ("orders", "0018_pieces_resent")]

    operations = [
        migrations.AddField("refund", "cause", text(16, choices=CAUSES)),
        migrations.AddField("refund", "decided_by_kind", text(10)),
        migrations.AddField("refund", "decided_by_id", models.BigIntegerField(null=True)),
        migrations.AddField("refund", "decided_by_name", text(80)),
        migrations.CreateModel(
            "RefundLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount_fen", models.PositiveIntegerField()),
                ("pieces", models.PositiveIntegerField(default=0)),
                (
                    "order_line",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refund_lines",
                        to="orders.orderline",
                    ),
                ),
                (
                    "refund",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="payments.refund",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("refund", "order_line"), name="line_once_per_refund")
                ]
            },
        ),
    ]
