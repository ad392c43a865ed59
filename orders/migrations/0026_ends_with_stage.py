from django.db import migrations
from django.db.models import Index, Q

from shop.database.online import SwapIndex


def with_stage(column: str, name: str) -> SwapIndex:
    """An index of the end of orders that tells in which stage they ended."""
    fields, there = [column, "id"], Q(**{f"{column}__isnull": False})
    return SwapIndex(
        "order",
        old=Index(fields=fields, name=name, condition=there),
        new=Index(fields=fields, name=name, condition=there, include=["stage"]),
    )


class Migration(migrations.Migration):
    """What ended since some day is counted stage by stage, without looking at a row."""

    atomic = False
    dependencies = [("orders", "0025_cash_on_delivery")]
    operations = [
        with_stage("received_at", "order_by_received"),
        with_stage("closed_at", "order_by_closed"),
    ]
