from typing import Any

from django.db import migrations, models
from django.db.models import Exists, OuterRef, Q, Subquery, UniqueConstraint

from shop.database.online import SwapIndex

NEW_ORDER = Q(kind="new_order")
ONCE_PER_EVENT = UniqueConstraint(fields=["event_id", "kind"], condition=~NEW_ORDER, name="alert_once_per_event")
ONE_NEW_ORDER = UniqueConstraint(fields=["order"], condition=NEW_ORDER, name="one_new_order_alert")
KINDS = [
    ("new_order", "New order"),
    ("stock_short", "Stock short"),
    ("late_payment", "Payment that does not count"),
    ("mismatch", "Amount does not fit"),
    ("refund_failed", "Refund failed"),
    ("refund_stuck", "Refund stuck"),
    ("refund_twice", "Refunded twice"),
    ("refund_outside", "Refunded outside the shop"),
    ("attempt_stuck", "Payment unknown"),
    ("gateway_silent", "WeChat Pay does not answer"),
    ("books_broken", "Books do not balance"),
    ("urge", "Buyer urges"),
    ("transfer", "Transfer to check"),
    ("low_stock", "Stock is low"),
]


def fill_subjects(apps: Any, schema_editor: Any) -> None:
    """Alerts that are about no order are about the subject of their event."""
    alerts = apps.get_model("notifications", "Alert").objects.filter(order=None, subject_id=None)
    event = apps.get_model("events", "Event").objects.filter(pk=OuterRef("event_id"))
    alerts.filter(Exists(event)).update(
        subject_kind=Subquery(event.values("kind")), subject_id=Subquery(event.values("subject_id"))
    )


class Migration(migrations.Migration):
    """PostgreSQL widens the column without touching rows, but would build the indexes that name it anew while
    everybody waits: they are taken off and built again beside the traffic. Alerts are raised under the lock of their
    order, or by the one deliverer of their event, so that none comes twice meanwhile.
    """

    atomic = False
    dependencies = [("notifications", "0008_subjects_of_alerts"), ("events", "0001_initial")]

    operations = [
        SwapIndex("alert", old=ONCE_PER_EVENT),
        SwapIndex("alert", old=ONE_NEW_ORDER),
        migrations.AlterField("alert", "kind", models.CharField(choices=KINDS, max_length=40)),
        SwapIndex("alert", new=ONE_NEW_ORDER),
        SwapIndex("alert", new=ONCE_PER_EVENT),
        migrations.RunPython(fill_subjects, migrations.RunPython.noop),
    ]
