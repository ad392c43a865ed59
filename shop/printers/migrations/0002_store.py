import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A printer may stand at the counter of a store."""

    dependencies = [("printers", "0001_initial"), ("store", "0019_pickup_stores")]
    operations = [
        migrations.AddField(
            "printer",
            "store",
            models.ForeignKey(
                "store.pickupstore",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                db_index=False,
            ),
        )
    ]
