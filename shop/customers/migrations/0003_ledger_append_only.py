"""Lines of the ledger refuse updates and deletes in the database itself."""

from django.db import migrations

POSTGRESQL = [
    """
    CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$
    """,
    """
    CREATE TRIGGER balance_entry_no_change BEFORE UPDATE OR DELETE ON customers_balanceentry
    FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only()
    """,
]
POSTGRESQL_BACK = [
    "DROP TRIGGER balance_entry_no_change ON customers_balanceentry",
    "DROP FUNCTION ledger_is_append_only",
]
SQLITE = [
    f"""
    CREATE TRIGGER balance_entry_no_{verb} BEFORE {verb} ON customers_balanceentry
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
    """
    for verb in ("update", "delete")
]
SQLITE_BACK = ["DROP TRIGGER balance_entry_no_update", "DROP TRIGGER balance_entry_no_delete"]


def forward(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL if is_postgresql else SQLITE:
        schema_editor.execute(statement)


def back(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL_BACK if is_postgresql else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_care_and_balance")]
    operations = [migrations.RunPython(forward, back)]
