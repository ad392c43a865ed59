from django.db import migrations, models

from shop.database.online import SwapIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("customers", "0009_spent"),
        ("orders", "0019_surnames"),
    ]

    operations = [
        migrations.AlterField(
            model_name="order",
            name="close_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("timeout", "not paid in time"),
                    ("buyer", "cancelled by the buyer"),
                    ("staff", "cancelled by the shop"),
                    ("overdue", "not sent in time"),
                    ("empty", "all lines cancelled"),
                    ("returned", "returned"),
                    ("test", "test order removed"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="source",
            field=models.CharField(
                choices=[
                    ("mini_program", "Mini-program"),
                    ("link", "Shared link"),
                    ("staff", "Staff"),
                    ("import", "Import"),
                    ("test", "Test order"),
                ],
                default="mini_program",
                max_length=12,
            ),
        ),
        SwapIndex(
            "order",
            new=models.Index(fields=["placed_at"], name="order_test", condition=models.Q(source="test")),
        ),
    ]
