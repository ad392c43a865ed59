from django.db import migrations, models


class Migration(migrations.Migration):
    """What was handed out on a day is found by it."""

    dependencies = [("pickup", "0001_initial")]
    operations = [
        migrations.AddIndex(
            "verification", models.Index(fields=["at", "id"], name="verification_by_day")
        )
    ]
