from django.db import migrations, models

REASONS = [
    ("unwanted", "no longer wanted"),
    ("wrong_goods", "ordered the wrong goods"),
    ("wrong_address", "address or phone is wrong"),
    ("cannot_pay", "cannot pay"),
    ("price", "found a better price"),
    ("too_slow", "takes too long"),
    ("other", "another reason"),
]


def forget_reminders(apps, _schema_editor):
    """Of orders that wait for no online payment; those that wait for none at all are never looked at."""
    unpaid = apps.get_model("orders", "Order").objects.filter(stage="unpaid")
    unpaid.exclude(pay_method__in=["wechat", "alipay"]).update(remind_by=None)


class Migration(migrations.Migration):
    dependencies = [("orders", "0013_unpaid_of_a_buyer")]

    operations = [
        migrations.AddField(
            "order",
            "cancel_reason",
            models.CharField(blank=True, choices=REASONS, db_default="", default="", max_length=16),
        ),
        migrations.AddField("order", "receive_stopped_at", models.DateTimeField(null=True)),
        migrations.RunPython(forget_reminders, migrations.RunPython.noop),
    ]
