from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0015_order_page'),
    ]

    operations = [
        migrations.AddField(
            model_name='storesettings',
            name='wechat_report_on',
            field=models.BooleanField(db_default=False, default=False, verbose_name='tell WeChat what was shipped'),
        ),
        migrations.AddField(
            model_name='storesettings',
            name='wechat_report_delay_minutes',
            field=models.PositiveIntegerField(db_default=10, default=10, verbose_name='tell WeChat after (minutes)'),
        ),
    ]
