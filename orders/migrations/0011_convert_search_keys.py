from collections import defaultdict
from itertools import zip_longest
from typing import Any

from django.db import migrations, transaction

KINDS = ("nickname", "recipient", "phone", "phone4")
BATCH = 2_000


def convert(apps: Any, schema_editor: Any) -> None:
    """Batch by batch, each in a transaction: a run that was killed is repeated, and what is there stays."""
    old, new = apps.get_model("orders", "SearchKey"), apps.get_model("orders", "BlindIndex")
    last = old.objects.order_by("-order_id").values_list("order_id", flat=True).first() or 0
    done = new.objects.order_by("-order_id").values_list("order_id", flat=True).first() or 0
    for start in range(done + 1, last + 1, BATCH):
        with transaction.atomic():
            keys = old.objects.filter(order_id__gte=start, order_id__lt=start + BATCH, kind__in=KINDS)
            rows = [new(**row) for row in make_rows(keys.values_list("order_id", "kind", "key"))]
            new.objects.bulk_create(rows, ignore_conflicts=True)


def make_rows(keys: Any) -> list[dict[str, int]]:
    """An order that had several recipients gets a row for each; which phone stands beside which name does not matter."""
    by_order: dict[int, dict[str, list[int]]] = defaultdict(lambda: {kind: [] for kind in KINDS})
    for order_id, kind, key in keys:
        by_order[order_id][kind].append(int.from_bytes(bytes.fromhex(key[:16]), "big", signed=True))
    return [
        {"order_id": order_id, **dict(zip(KINDS, values, strict=True))}
        for order_id, found in by_order.items()
        for values in zip_longest(*found.values(), fillvalue=0)
    ]


def stand_alone(apps: Any, schema_editor: Any) -> None:
    """No model knows the old table any more, so that nothing may hang on it (SQLite cannot take a key away)."""
    if schema_editor.connection.vendor == "postgresql":
        model = apps.get_model("orders", "SearchKey")
        for name in schema_editor._constraint_names(model, ["order_id"], foreign_key=True):
            schema_editor.execute(schema_editor._delete_fk_sql(model, name))


class Migration(migrations.Migration):
    """The old table itself stays for one version: processes of the version before still write into it."""

    atomic = False
    dependencies = [("orders", "0010_blind_index")]
    operations = [
        migrations.RunPython(convert, migrations.RunPython.noop),
        migrations.RunPython(stand_alone, migrations.RunPython.noop),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("SearchKey")]),
    ]
