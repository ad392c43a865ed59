import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from shop.database.online import AddColumn, SwapIndex


class Migration(migrations.Migration):
    """Codes that any phone pays, shown at the counter of a store; what was taken there is found by its day."""

    atomic = False
    dependencies = [("payments", "0015_at_the_counter"), ("store", "0019_pickup_stores")]
    operations = [
        AddColumn(
            "payattempt",
            "channel",
            models.CharField(
                choices=[("jsapi", "Mini-program"), ("native", "WeChat QR")],
                db_default="jsapi",
                default="jsapi",
                max_length=8,
            ),
        ),
        AddColumn(
            "payattempt",
            "code_url",
            models.CharField(blank=True, db_default="", default="", max_length=512),
        ),
        AddColumn(
            "payattempt",
            "store",
            models.ForeignKey(
                "store.pickupstore",
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
            ),
        ),
        AddColumn(
            "payattempt",
            "shown_by_kind",
            models.CharField(blank=True, db_default="", default="", max_length=10),
        ),
        AddColumn("payattempt", "shown_by_id", models.BigIntegerField(null=True)),
        AddColumn(
            "payattempt",
            "shown_by_name",
            models.CharField(blank=True, db_default="", default="", max_length=80),
        ),
        migrations.AlterField("payattempt", "openid", models.CharField(blank=True, max_length=64)),
        SwapIndex(
            "payment",
            new=models.Index(
                fields=["captured_at"], name="payment_at_counter", condition=Q(store__isnull=False)
            ),
        ),
    ]
