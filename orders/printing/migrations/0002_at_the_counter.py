from django.db import migrations, models


class Migration(migrations.Migration):
    """Receipts come out when goods are handed out."""

    dependencies = [("printing", "0001_initial")]
    operations = [
        migrations.AlterField(
            "printjob",
            "trigger",
            models.CharField(
                max_length=10,
                choices=[("paid", "by itself"), ("counter", "at the counter"), ("hand", "by hand")],
            ),
        )
    ]
