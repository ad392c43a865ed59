from typing import Any

from django.db import migrations

from orders.spending import keep_all_spending


def sum_up(apps: Any, _schema_editor: Any) -> None:
    keep_all_spending(apps.get_model("customers", "Customer"), apps.get_model("orders", "Order"))


class Migration(migrations.Migration):
    """What processes of the version before miss meanwhile is in the sum with the buyer's next payment or refund."""

    atomic = False

    dependencies = [("orders", "0015_sealed_hold_reason"), ("customers", "0009_spent")]

    operations = [migrations.RunPython(sum_up, migrations.RunPython.noop)]
