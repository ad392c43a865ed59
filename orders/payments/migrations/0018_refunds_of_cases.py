from django.db import migrations, models
from django.db.models import Q

from shop.database.online import AddColumn, SwapIndex

_CAUSES = [
    ("cancel", "Cancelled"),
    ("part", "While the order goes on"),
    ("goodwill", "Goodwill"),
    ("aftersale", "After-sale"),
    ("late_payment", "Paid too late or twice"),
    ("excess_transfer", "Transfer too late or twice"),
    ("outside", "Refunded outside the shop"),
]


class Migration(migrations.Migration):
    """Refunds know the case that decided them; what their list is narrowed by has an index."""

    atomic = False
    dependencies = [("payments", "0017_alipay")]
    operations = [
        AddColumn(
            "refund", "case_number", models.CharField(max_length=24, blank=True, default="", db_default="")
        ),
        migrations.AlterField(
            "refund",
            "cause",
            models.CharField(max_length=16, choices=_CAUSES, blank=True, default="", db_default=""),
        ),
        SwapIndex(
            "refund",
            new=models.Index(fields=["case_number"], name="refund_of_case", condition=~Q(case_number="")),
        ),
        SwapIndex("refund", new=models.Index(fields=["cause", "id"], name="refund_by_cause")),
        SwapIndex("refund", new=models.Index(fields=["decided_by_id", "id"], name="refund_by_decider")),
        SwapIndex("refund", new=models.Index(fields=["created_at"], name="refund_by_created")),
        SwapIndex("refund", new=models.Index(fields=["amount_fen"], name="refund_by_amount")),
        SwapIndex("payment", new=models.Index(fields=["method"], name="payment_by_method")),
    ]
