from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0016_wechat_report'),
    ]

    operations = [
        migrations.AddField(
            model_name='storesettings',
            name='archive_days',
            field=models.PositiveIntegerField(db_default=180, default=180, verbose_name='archive completed and closed orders after (days)'),
        ),
    ]
