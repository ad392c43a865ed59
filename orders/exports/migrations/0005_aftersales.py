from django.db import migrations, models

KINDS = [
    ("orders", "Orders"),
    ("lines", "Order lines"),
    ("parcels", "Parcels"),
    ("buyers", "Buyers"),
    ("money", "Payments and refunds"),
    ("refunds", "Refunds"),
    ("aftersales", "After-sales"),
    ("delivery", "Delivery list"),
    ("handed_out", "Verifications"),
]
EXPORTED = models.CharField(choices=KINDS, max_length=10, verbose_name="what is exported")


class Migration(migrations.Migration):
    """After-sales can be exported."""

    dependencies = [("exports", "0004_refunds")]
    operations = [
        migrations.AlterField("exportlayout", "sheet", EXPORTED),
        migrations.AlterField("exportschedule", "sheet", EXPORTED),
        migrations.AlterField("export", "sheet", EXPORTED),
        migrations.AlterField("columnchoice", "sheet", models.CharField(choices=KINDS, max_length=10)),
    ]
