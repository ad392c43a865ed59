from django.db import migrations
from django.db.models import Q, UniqueConstraint


class Migration(migrations.Migration):
    """Nearly all alerts are of new orders, and those have one for each order already."""

    dependencies = [("notifications", "0004_one_index_each")]
    operations = [
        migrations.RemoveConstraint("alert", "alert_once_per_event"),
        migrations.AddConstraint(
            "alert",
            UniqueConstraint(
                fields=["event_id", "kind"], condition=~Q(kind="new_order"), name="alert_once_per_event"
            ),
        ),
    ]
