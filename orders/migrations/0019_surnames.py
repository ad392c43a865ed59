from typing import Any

from django.db import migrations, models, transaction
from django.db.models import Max, Min

from orders.search import hash_value, hash_values
from shop.spelling import normalise
from orders.surnames import find_surname
from shop.crypto.sealing import Undecryptable, unseal
from shop.database.online import AddColumn, SwapIndex

BATCH = 2_000
_WRITE = "UPDATE orders_blindindex SET surname = %s WHERE order_id = %s AND recipient = %s"


def fill(apps: Any, schema_editor: Any) -> None:
    """Batch by batch, each in a transaction: a run that was killed is repeated, and what is there stays.

    Recipients of today only: those before a change of address, and of orders that a process of the version before
    takes meanwhile, get their surname with `manage.py rotate_keys`.
    """
    rows = apps.get_model("orders", "BlindIndex").objects.filter(surname=0).exclude(recipient=0)
    columns = "order_id", "recipient", "order__recipient", "order__number", "order__customer__secret"
    ends = rows.aggregate(first=Min("order_id"), last=Max("order_id"))
    for start in range(ends["first"] or 1, (ends["last"] or 0) + 1, BATCH):
        batch = rows.filter(order_id__gte=start, order_id__lt=start + BATCH).order_by("order_id")
        found = [values for row in batch.values_list(*columns) if (values := find_hash(*row))]
        with transaction.atomic(), schema_editor.connection.cursor() as cursor:
            cursor.executemany(_WRITE, found)


def find_hash(
    order_id: int, recipient: int, stored: str, number: str, secret: str
) -> tuple[int, int, int] | None:
    """What to write, and where; None for another recipient than today's, one without surname, or unreadable."""
    try:
        name = unseal(str(stored), context="orders_order.recipient", row=number, secret=secret)
    except Undecryptable:
        return None
    surname = find_surname(normalise(name))
    is_todays = recipient in hash_values("recipient", name)
    return (hash_value("surname", surname), order_id, recipient) if surname and is_todays else None


class Migration(migrations.Migration):
    """The surname of each recipient as a keyed hash; all are there before they get their index."""

    atomic = False
    dependencies = [("orders", "0018_pieces_resent"), ("customers", "0009_spent")]
    operations = [
        AddColumn("blindindex", "surname", models.BigIntegerField(db_default=0)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        SwapIndex("blindindex", new=models.Index(fields=["surname", "order"], name="blind_by_surname")),
    ]
