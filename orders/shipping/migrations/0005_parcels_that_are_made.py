from django.db import migrations, models


class Migration(migrations.Migration):
    """A parcel may be packed before it is handed over; until then it was not sent."""

    dependencies = [("shipping", "0004_sealed_driver_name")]

    operations = [
        migrations.AlterField("parcel", "sent_at", models.DateTimeField(null=True)),
        migrations.AlterField(
            "parcel",
            "state",
            models.CharField(
                choices=[
                    ("made", "Packed"),
                    ("sent", "Shipped"),
                    ("arrived", "Delivered"),
                    ("undone", "Undone"),
                ],
                default="sent",
                max_length=8,
            ),
        ),
    ]
