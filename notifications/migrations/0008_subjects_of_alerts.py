from django.db import migrations, models


class Migration(migrations.Migration):
    """What an alert is about where it is not an order; processes of the version before leave it empty."""

    dependencies = [("notifications", "0007_alerts_of_the_shop")]

    operations = [
        migrations.AddField("alert", "subject_id", models.BigIntegerField(null=True)),
        migrations.AddField(
            "alert", "subject_kind", models.CharField(blank=True, db_default="", default="", max_length=20)
        ),
    ]
