from django.db import migrations, models
from django.db.models import Q

from shop.database.online import SwapIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("payments", "0005_lean_indexes")]

    operations = [
        migrations.CreateModel(
            name="GatewayLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=0)),
                ("mchid", models.CharField(max_length=32)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("silent_since", models.DateTimeField(null=True)),
                ("told_at", models.DateTimeField(null=True)),
                ("probe_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["mchid"], name="one_line_per_merchant")]
            },
        ),
        migrations.AddField("payattempt", "stuck_at", models.DateTimeField(null=True)),
        migrations.AddField("payattempt", "unheard_since", models.DateTimeField(null=True)),
        # Processes of the version before still write the column: the next version drops it.
        migrations.AlterField(
            "payattempt", "close_failures", models.PositiveSmallIntegerField(default=0, db_default=0)
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField("payattempt", "close_failures")]
        ),
        SwapIndex(
            "payattempt",
            new=models.Index(
                fields=["unheard_since"], name="attempt_unheard", condition=Q(unheard_since__isnull=False)
            ),
        ),
    ]
