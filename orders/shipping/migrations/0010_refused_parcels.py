from django.db import migrations, models


class Migration(migrations.Migration):
    """When a parcel was refused, and when it was back."""

    dependencies = [("shipping", "0009_former_numbers")]

    operations = [
        migrations.AddField("parcel", "turned_back_at", models.DateTimeField(null=True)),
        migrations.AddField("parcel", "returned_at", models.DateTimeField(null=True)),
        migrations.AlterField(
            "parcel",
            "state",
            models.CharField(
                choices=[
                    ("made", "Packed"),
                    ("sent", "Shipped"),
                    ("arrived", "Delivered"),
                    ("undone", "Undone"),
                    ("returned", "Back with us"),
                ],
                default="sent",
                max_length=8,
            ),
        ),
    ]
