from types import SimpleNamespace
from typing import Any

from django.db import migrations, models, transaction
from django.db.models import Max, Min, Q

from orders.destinations import fold_recipient, hash_destination
from shop.crypto.sealing import Undecryptable, unseal
from shop.database.online import AddColumn, SwapIndex

BATCH = 2_000
_OPEN = ("unpaid", "to_confirm", "confirmed", "preparing", "shipped")
_SEALED = ("recipient", "phone", "address_detail")
_COLUMNS = ("pk", "number", "customer_id", "customer__secret", "province", "city", "district", *_SEALED)
_WRITE = "UPDATE orders_order SET destination = %s WHERE id = %s AND destination = 0"


def fill(apps: Any, schema_editor: Any) -> None:
    """Of open orders that go by courier, batch by batch, each in a transaction: a run that was killed is repeated.

    Orders that a process of the version before takes meanwhile get theirs with `manage.py rotate_keys`.
    """
    orders = apps.get_model("orders", "Order").objects.filter(stage__in=_OPEN, delivery="express", destination=0)
    orders = orders.exclude(source="test")
    ends = orders.aggregate(first=Min("pk"), last=Max("pk"))
    for start in range(ends["first"] or 1, (ends["last"] or 0) + 1, BATCH):
        rows = orders.filter(pk__gte=start, pk__lt=start + BATCH).order_by("pk").values(*_COLUMNS)
        found = [(number, row["pk"]) for row in rows if (number := find_hash(row))]
        with transaction.atomic(), schema_editor.connection.cursor() as cursor:
            cursor.executemany(_WRITE, found)


def find_hash(row: dict[str, Any]) -> int:
    """The hash of where a stored order goes; 0 where that cannot be read."""
    secret = row["customer__secret"]
    try:
        opened = {
            name: unseal(str(row[name]), context=f"orders_order.{name}", row=row["number"], secret=secret)
            for name in _SEALED
        }
    except Undecryptable:
        return 0
    return hash_destination(row["customer_id"], fold_recipient(SimpleNamespace(**row | opened)))


class Migration(migrations.Migration):
    """Where an open order goes, as a keyed hash, and what it goes together with."""

    atomic = False
    dependencies = [("orders", "0022_supplement"), ("customers", "0010_last_digits")]
    operations = [
        AddColumn("order", "destination", models.BigIntegerField(default=0, db_default=0)),
        AddColumn("order", "bundle", models.BigIntegerField(null=True)),
        AddColumn("order", "parted_from", models.BigIntegerField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        SwapIndex(
            "order",
            new=models.Index(
                fields=["destination"],
                name="order_by_destination",
                condition=Q(stage__in=("confirmed", "preparing")) & ~Q(destination=0),
            ),
        ),
        SwapIndex(
            "order",
            new=models.Index(
                fields=["bundle"], name="order_by_bundle", condition=Q(bundle__isnull=False)
            ),
        ),
    ]
