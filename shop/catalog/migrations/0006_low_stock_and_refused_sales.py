from django.db import migrations, models


class Migration(migrations.Migration):
    """Whether it is recorded that a SKU ran low, and how many buyers found nothing left."""

    dependencies = [("catalog", "0005_leave_sheet_uploads")]

    operations = [
        migrations.AddField("sku", "has_run_low", models.BooleanField(default=False, db_default=False)),
        migrations.CreateModel(
            "RefusedSale",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateTimeField()),
                ("buyers", models.PositiveIntegerField(default=0)),
                (
                    "sku",
                    models.ForeignKey(
                        db_index=False, on_delete=models.CASCADE, related_name="+", to="catalog.sku"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("sku", "day"), name="refused_sale_once_per_day")
                ]
            },
        ),
    ]
