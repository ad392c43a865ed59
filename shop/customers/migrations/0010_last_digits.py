from typing import Any

from django.db import migrations, models, transaction

from shop.crypto.sealing import Undecryptable, unseal
from shop.customers.hashes.phones import hash_last_digits
from shop.database.online import AddColumn, SwapIndex

BATCH = 2_000


def fill(apps: Any, _schema_editor: Any) -> None:
    """Batch by batch, each in a transaction: a run that was killed is repeated, and what is there stays.

    Who gives a phone to a process of the version before meanwhile gets the hash with `manage.py rotate_keys`.
    """
    customers = apps.get_model("customers", "Customer").objects.exclude(phone_hash="").order_by("pk")
    after = 0
    while batch := list(customers.filter(pk__gt=after).values_list("pk", "phone", "phone_hash", "secret")[:BATCH]):
        with transaction.atomic():
            for after, stored, phone_hash, secret in batch:
                same = customers.filter(pk=after, phone_hash=phone_hash, last_digits_hash="")
                same.order_by().update(last_digits_hash=find_hash(stored, secret))


def find_hash(stored: str, secret: str) -> str:
    """The hash to write; "" of a phone that cannot be opened."""
    try:
        return hash_last_digits(unseal(str(stored), context="customers_customer.phone", secret=secret))
    except Undecryptable:
        return ""


class Migration(migrations.Migration):
    """Buyers are found by the last four digits of their phone."""

    atomic = False
    dependencies = [("customers", "0009_spent")]
    operations = [
        AddColumn(
            "customer", "last_digits_hash", models.CharField(blank=True, db_default="", default="", max_length=32)
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        SwapIndex(
            "customer", new=models.Index(fields=["last_digits_hash"], name="customer_by_last_digits")
        ),
    ]
