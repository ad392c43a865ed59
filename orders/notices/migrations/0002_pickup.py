from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notices', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='buyernotice',
            name='kind',
            field=models.CharField(choices=[('shipped', 'Shipped'), ('renumbered', 'Tracking number replaced'), ('redirected', 'Parcel stopped or redirected'), ('postponed', 'Shipping postponed'), ('changed', 'Order changed'), ('cancelled', 'Order cancelled'), ('owes', 'Something is left to pay'), ('ready', 'Ready for pickup'), ('uncollected', 'Reminded of the pickup'), ('handed_out', 'Picked up')], max_length=12),
        ),
    ]
