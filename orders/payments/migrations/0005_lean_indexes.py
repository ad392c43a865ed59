import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Index, Q, UniqueConstraint

from shop.database.online import SwapIndex


REFUSED = Index(fields=["received_at"], name="notice_refused", condition=Q(is_accepted=False))


class Migration(migrations.Migration):
    """The gateway's number comes first, so that payments are found by it alone."""

    atomic = False
    dependencies = [("payments", "0004_money_in_doubt")]
    operations = [
        SwapIndex(
            "payment",
            old=UniqueConstraint(
                fields=["method", "trade_no"], condition=~Q(trade_no=""), name="payment_trade_once"
            ),
            new=UniqueConstraint(
                fields=["trade_no", "method"], condition=~Q(trade_no=""), name="payment_trade_once"
            ),
        ),
        migrations.AlterField(
            "payment",
            "attempt",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="payments.payattempt",
            ),
        ),
        # Without the index of one column of notice_refused, which altering the field would take away with its own.
        SwapIndex("gatewaynotice", old=REFUSED),
        migrations.AlterField("gatewaynotice", "received_at", models.DateTimeField()),
        SwapIndex("gatewaynotice", new=REFUSED),
    ]
