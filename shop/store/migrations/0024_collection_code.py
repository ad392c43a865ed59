from django.db import migrations, models


class Migration(migrations.Migration):
    """The picture by which buyers transfer money, and how long payment links are good."""

    dependencies = [("store", "0023_alipay")]
    operations = [
        migrations.AddField(
            "storesettings",
            "pay_link_hours",
            models.PositiveIntegerField(
                db_default=24, default=24, verbose_name="payment links end after (hours)"
            ),
        ),
        migrations.AddField(
            "storesettings",
            "collection_code",
            models.CharField(
                blank=True, db_default="", default="", max_length=100, verbose_name="collection code"
            ),
        ),
    ]
