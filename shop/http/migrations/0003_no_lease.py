from django.db import migrations, models


class Migration(migrations.Migration):
    """A command and its answer are one transaction now: nothing that is kept is unfinished.

    The column stays in the table, empty, for processes of the former version that still run.
    """

    dependencies = [
        ("http", "0002_sealed_answers"),
    ]

    operations = [
        migrations.RunSQL(
            "DELETE FROM http_idempotencykey WHERE status IS NULL AND lease_until <= CURRENT_TIMESTAMP",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField("idempotencykey", "lease_until", models.DateTimeField(null=True)),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField("idempotencykey", "lease_until")]
        ),
    ]
