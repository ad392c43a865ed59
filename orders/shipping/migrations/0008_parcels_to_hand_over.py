from django.db import migrations, models
from django.db.models import Q

from shop.database.online import SwapIndex

_TO_HAND_OVER = Q(state="sent", direction="out", has_moved=False) & ~Q(courier="")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("shipping", "0007_intercepts")]

    operations = [
        SwapIndex(
            "parcel", new=models.Index(fields=["sent_at"], name="parcel_to_hand_over", condition=_TO_HAND_OVER)
        )
    ]
