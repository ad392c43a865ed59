"""Where numbers are counted from, instead of how often the shop was restored: the same archive may be restored twice.

The column `restores` stays for processes of the version before; the next one drops it.
"""

from django.db import migrations, models

TAKE_OVER = "UPDATE store_storesettings SET number_range = restores * 1000 WHERE restores > 0"


class Migration(migrations.Migration):
    dependencies = [("store", "0006_second_person")]

    operations = [
        migrations.AddField(
            "storesettings",
            "number_range",
            models.PositiveBigIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.RunSQL(TAKE_OVER, migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField("storesettings", "restores")]
        ),
    ]
