from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """A store may have buyers choose when they come."""

    dependencies = [("store", "0019_pickup_stores")]
    operations = [
        migrations.AddField(
            "pickupstore",
            "slot_minutes",
            models.PositiveSmallIntegerField("length of a time slot (minutes)", null=True, blank=True),
        ),
        migrations.AddField(
            "pickupstore",
            "slot_orders",
            models.PositiveSmallIntegerField("orders in a time slot", null=True, blank=True),
        ),
        migrations.AddConstraint(
            "pickupstore",
            models.CheckConstraint(
                condition=Q(slot_minutes__isnull=True, slot_orders__isnull=True)
                | Q(slot_minutes__gt=0, slot_orders__gt=0),
                name="pickup_store_slots_have_both",
            ),
        ),
    ]
