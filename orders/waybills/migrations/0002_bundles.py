from django.db import migrations, models
from django.db.models import Q

from shop.database.online import AddColumn, SwapIndex


class Migration(migrations.Migration):
    """One e-waybill for orders that go together."""

    atomic = False
    dependencies = [("waybills", "0001_initial")]
    operations = [
        AddColumn("waybill", "bundle", models.BigIntegerField(null=True)),
        SwapIndex(
            "waybill",
            new=models.Index(
                fields=["bundle"], name="waybill_of_bundle", condition=Q(bundle__isnull=False)
            ),
        ),
    ]
