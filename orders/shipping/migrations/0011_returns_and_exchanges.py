import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from shop.database.online import AddColumn, SwapIndex


class Migration(migrations.Migration):
    """Of which after-sale a parcel is, what is sent in exchange, and when goods that came back were taken in."""

    atomic = False
    dependencies = [("shipping", "0010_refused_parcels"), ("catalog", "0010_exchanged_stock")]

    operations = [
        AddColumn(
            "parcel", "case_number", models.CharField(blank=True, db_default="", default="", max_length=24)
        ),
        AddColumn(
            "parcelline",
            "sku",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="catalog.sku",
            ),
        ),
        AddColumn("parcelline", "taken_at", models.DateTimeField(null=True)),
        SwapIndex(
            "parcel",
            new=models.Index(fields=["case_number"], name="parcel_of_case", condition=~Q(case_number="")),
        ),
    ]
