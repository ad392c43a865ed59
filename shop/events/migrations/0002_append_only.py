"""Events refuse updates and deletes in the database itself; only `sealed` may be re-encrypted."""

from django.db import migrations

COLUMNS = "id, kind, subject_id, order_id, number, verb, actor_kind, actor_id, actor_name, at, before, after, data"

POSTGRESQL = [
    """
    CREATE FUNCTION events_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'events are append-only'; END $$
    """,
    f"""
    CREATE TRIGGER event_no_update BEFORE UPDATE OF {COLUMNS} ON events_event
    FOR EACH ROW EXECUTE FUNCTION events_are_append_only()
    """,
    """
    CREATE TRIGGER event_no_delete BEFORE DELETE ON events_event
    FOR EACH ROW EXECUTE FUNCTION events_are_append_only()
    """,
]
POSTGRESQL_BACK = [
    "DROP TRIGGER event_no_update ON events_event",
    "DROP TRIGGER event_no_delete ON events_event",
    "DROP FUNCTION events_are_append_only",
]
SQLITE = [
    f"""
    CREATE TRIGGER event_no_update BEFORE UPDATE OF {COLUMNS} ON events_event
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END
    """,
    """
    CREATE TRIGGER event_no_delete BEFORE DELETE ON events_event
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END
    """,
]
SQLITE_BACK = ["DROP TRIGGER event_no_update", "DROP TRIGGER event_no_delete"]


def forward(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL if is_postgresql else SQLITE:
        schema_editor.execute(statement)


def back(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL_BACK if is_postgresql else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [migrations.RunPython(forward, back)]
