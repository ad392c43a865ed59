import django.db.models.deletion
from django.db import migrations, models

ONE_NEW_ORDER_ALERT = models.UniqueConstraint(
    fields=["order"], condition=models.Q(kind="new_order"), name="one_new_order_alert"
)


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0003_money_alerts"),
        ("orders", "0008_one_index_each"),
    ]

    # Altering the field drops every index of this one column, the constraint's too: it is taken off and put on again.
    operations = [
        migrations.RemoveConstraint("alert", "one_new_order_alert"),
        migrations.AlterField(
            model_name="alert",
            name="order",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="alerts",
                to="orders.order",
            ),
        ),
        migrations.AddConstraint("alert", ONE_NEW_ORDER_ALERT),
    ]
