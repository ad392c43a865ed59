"""Which alerts are spoken is a row for each kind (`notifications.AlertSetting`).

The columns stay for processes of the version before; the next one drops them. They get defaults of the database,
because processes of this version no longer write them.
"""

from django.db import migrations, models

VOICES = (
    "voice_new_order_on",
    "voice_urge_on",
    "voice_transfer_on",
    "voice_short_on",
    "voice_late_payment_on",
    "voice_refund_on",
)


class Migration(migrations.Migration):
    dependencies = [("store", "0008_cash_by_delivery_and_districts")]

    operations = [
        *(
            migrations.AlterField(
                "storesettings", name, models.BooleanField(default=True, db_default=True)
            )
            for name in VOICES
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField("storesettings", name) for name in VOICES]
        ),
    ]
