from django.db import migrations, models
from django.db.models import Q

from shop.database.online import SwapIndex

_TYPED = ~Q(reference="")


class Migration(migrations.Migration):
    """What staff typed of a receipt or a payout is something the search box finds."""

    atomic = False
    dependencies = [("payments", "0013_fill_deciders")]
    operations = [
        SwapIndex(
            "payment", new=models.Index(fields=["reference"], name="payment_by_reference", condition=_TYPED)
        ),
        SwapIndex(
            "refund", new=models.Index(fields=["reference"], name="refund_by_reference", condition=_TYPED)
        ),
    ]
