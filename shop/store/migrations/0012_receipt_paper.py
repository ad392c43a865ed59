from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0011_leave_flat_freight")]

    operations = [
        migrations.AddField(
            "storesettings",
            "receipt_paper",
            models.CharField(
                verbose_name="receipt paper",
                max_length=2,
                choices=[("80", "80 mm"), ("58", "58 mm")],
                default="80",
                db_default="80",
            ),
        ),
    ]
