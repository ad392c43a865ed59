from django.db import migrations, models
from django.db.models import Q

from shop.database.online import SwapIndex


class Migration(migrations.Migration):
    """The gateway's number of a refund is something the search box finds."""

    atomic = False

    dependencies = [("payments", "0009_callbacks_moved")]

    operations = [
        SwapIndex(
            "refund",
            new=models.Index(fields=["gateway_id"], name="refund_by_gateway_id", condition=~Q(gateway_id="")),
        ),
    ]
