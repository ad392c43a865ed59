from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0021_service_account'),
    ]

    operations = [
        migrations.AddField(
            model_name='storesettings',
            name='template_pickup',
            field=models.CharField(blank=True, db_default='', default='', max_length=64, verbose_name='template: ready for pickup'),
        ),
        migrations.AddField(
            model_name='storesettings',
            name='uncollected_days',
            field=models.PositiveIntegerField(db_default=7, default=7, verbose_name='goods count as not picked up after (days)'),
        ),
    ]
