from django.db import migrations
from django.db.models import Index, Q, UniqueConstraint

from shop.database.online import SwapIndex

LIVE = ~Q(state="undone") & ~Q(tracking_no="")


class Migration(migrations.Migration):
    """The tracking number comes first, so that parcels are found by it alone, undone ones too."""

    atomic = False
    dependencies = [("shipping", "0002_one_index_each")]
    operations = [
        SwapIndex(
            "parcel",
            old=UniqueConstraint(
                fields=["courier", "tracking_no"], condition=LIVE, name="tracking_no_of_one_live_parcel"
            ),
            new=UniqueConstraint(
                fields=["tracking_no", "courier"], condition=LIVE, name="tracking_no_of_one_live_parcel"
            ),
        ),
        SwapIndex(
            "parcel",
            new=Index(
                fields=["tracking_no"], name="parcel_undone_by_tracking_no", condition=Q(state="undone")
            ),
        ),
    ]
