from django.db import migrations, models
from django.db.models import Q

from shop.database.online import SwapIndex


class Migration(migrations.Migration):
    """Movements of goods that are sent in exchange for what came back."""

    atomic = False
    dependencies = [("catalog", "0009_returned_stock")]
    operations = [
        migrations.AlterField(
            "stockmovement",
            "kind",
            models.CharField(
                choices=[
                    ("opening", "Opening stock"),
                    ("correct", "Correction"),
                    ("reserve", "Reserved"),
                    ("release", "No longer reserved"),
                    ("ship", "Shipped"),
                    ("unship", "Shipping undone"),
                    ("return", "Came back"),
                    ("scrap", "Scrapped"),
                    ("exchange", "Sent in exchange"),
                    ("unexchange", "Exchange undone"),
                ],
                max_length=10,
            ),
        ),
        SwapIndex(
            "stockmovement",
            old=models.Index(
                fields=["order_id"], name="movement_of_return", condition=Q(kind__in=["return", "scrap"])
            ),
            new=models.Index(
                fields=["order_id"],
                name="movement_of_return",
                condition=Q(kind__in=["return", "scrap", "exchange", "unexchange"]),
            ),
        ),
    ]
