"""Sheets are jobs now. Processes of the version before still write the table; the next version drops it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_one_index_each")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("SheetUpload")])
    ]
