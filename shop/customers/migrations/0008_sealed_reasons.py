"""Why a buyer was blocked, and where money of a balance came from or went to, is sealed as remarks and notes are."""

from typing import Any

from django.db import migrations, models

import shop.crypto
from shop.database.online import seal_old_values

COLUMNS = (
    "id, customer_id, kind, key, delta_fen, balance_after_fen, order_number, actor_kind, actor_id, actor_name, at"
)
TABLE = "customers_balanceentry"


def guard_all_but_reason(_apps: Any, schema_editor: Any) -> None:
    """The ledger stays as it is, but for the sealing of its reasons. SQLite lost its triggers with the old table."""
    _guard(schema_editor, {"update": f"UPDATE OF {COLUMNS}", "delete": "DELETE"})
    _drop(schema_editor, "change")


def guard_all(_apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        _guard(schema_editor, {"change": "UPDATE OR DELETE"})
        _drop(schema_editor, "update")
        _drop(schema_editor, "delete")
    else:
        _guard(schema_editor, {"update": "UPDATE", "delete": "DELETE"})


def _guard(schema_editor: Any, changes: dict[str, str]) -> None:
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    refuse = (
        "FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only()"
        if is_postgresql
        else "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
    )
    for name, change in changes.items():
        _drop(schema_editor, name)
        schema_editor.execute(f"CREATE TRIGGER balance_entry_no_{name} BEFORE {change} ON {TABLE} {refuse}")


def _drop(schema_editor: Any, name: str) -> None:
    table = f" ON {TABLE}" if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f"DROP TRIGGER IF EXISTS balance_entry_no_{name}{table}")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("customers", "0007_customers_to_erase")]

    operations = [
        migrations.AlterField("customer", "blocked_reason", models.TextField(blank=True)),
        seal_old_values("customers", "customer", "blocked_reason", opened_by="secret"),
        migrations.AlterField("customer", "blocked_reason", shop.crypto.EncryptedTextField(blank=True)),
        migrations.RunPython(migrations.RunPython.noop, guard_all),
        migrations.AlterField("balanceentry", "reason", models.TextField(blank=True)),
        migrations.RunPython(guard_all_but_reason, guard_all_but_reason),
        seal_old_values(
            "customers", "balanceentry", "reason", bound_to=("key",), opened_by="customer.secret"
        ),
        migrations.AlterField("balanceentry", "reason", shop.crypto.EncryptedTextField(blank=True)),
        migrations.RunPython(guard_all_but_reason, migrations.RunPython.noop),
    ]
