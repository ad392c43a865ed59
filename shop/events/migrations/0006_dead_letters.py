from django.db import migrations, models
from django.db.models import Q

from shop.database.online import SwapIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("events", "0005_lean_indexes")]

    operations = [
        migrations.AddField("eventdelivery", "dead_at", models.DateTimeField(null=True)),
        migrations.AddField("stucktimer", "dead_at", models.DateTimeField(null=True)),
        SwapIndex(
            "eventdelivery",
            new=models.Index(fields=["id"], name="delivery_dead", condition=Q(dead_at__isnull=False)),
        ),
    ]
