import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Links by which what an order owes is paid, also in the browser of a phone."""

    dependencies = [("payments", "0019_by_day")]
    operations = [
        migrations.AlterField(
            "payattempt",
            "channel",
            models.CharField(
                choices=[
                    ("jsapi", "Mini-program"),
                    ("native", "WeChat QR"),
                    ("h5", "Phone browser"),
                    ("code", "Alipay QR or link"),
                ],
                db_default="jsapi",
                default="jsapi",
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            "PayLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("nonce", models.BigIntegerField()),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "order",
                    models.ForeignKey(
                        "orders.order",
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pay_links",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["order"], condition=Q(withdrawn_at__isnull=True), name="one_live_pay_link"
                    )
                ]
            },
        ),
    ]
