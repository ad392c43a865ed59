"""How the shop hears of a kind is a row, not a column of its settings; what those columns say is taken over."""

from typing import Any

from django.db import migrations, models

KINDS = [
    ("new_order", "New order"),
    ("stock_short", "Stock short"),
    ("late_payment", "Payment that does not count"),
    ("mismatch", "Amount does not fit"),
    ("refund_failed", "Refund failed"),
    ("refund_stuck", "Refund stuck"),
    ("refund_twice", "Refunded twice"),
    ("refund_outside", "Refunded outside the shop"),
    ("attempt_stuck", "Payment unknown"),
    ("gateway_silent", "WeChat Pay does not answer"),
    ("books_broken", "Books do not balance"),
    ("urge", "Buyer urges"),
    ("transfer", "Transfer to check"),
    ("low_stock", "Stock is low"),
]
SWITCHES = {
    "new_order": "voice_new_order_on",
    "stock_short": "voice_short_on",
    "low_stock": "voice_short_on",
    "late_payment": "voice_late_payment_on",
    "mismatch": "voice_late_payment_on",
    "refund_failed": "voice_refund_on",
    "refund_stuck": "voice_refund_on",
    "refund_twice": "voice_refund_on",
    "refund_outside": "voice_refund_on",
    "attempt_stuck": "voice_late_payment_on",
    "gateway_silent": "voice_late_payment_on",
    "books_broken": "voice_late_payment_on",
    "urge": "voice_urge_on",
    "transfer": "voice_transfer_on",
}


def take_over(apps: Any, schema_editor: Any) -> None:
    setting = apps.get_model("notifications", "AlertSetting")
    for store in apps.get_model("store", "StoreSettings").objects.all():
        setting.objects.bulk_create(
            setting(kind=kind, is_voiced=getattr(store, switch)) for kind, switch in SWITCHES.items()
        )


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0009_wider_kinds"),
        ("store", "0008_cash_by_delivery_and_districts"),
    ]
    run_before = [("store", "0009_voices_of_kinds")]

    operations = [
        migrations.CreateModel(
            "AlertSetting",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0)),
                ("kind", models.CharField(choices=KINDS, max_length=40)),
                ("is_voiced", models.BooleanField(default=True, verbose_name="spoken aloud")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["kind"], name="one_setting_per_alert_kind")
                ]
            },
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
