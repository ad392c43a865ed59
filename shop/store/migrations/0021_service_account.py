from django.db import migrations, models

import shop.crypto.fields


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0020_pickup_slots'),
    ]

    operations = [
        migrations.AddField(
            model_name='storesettings',
            name='pickup_pin_above_fen',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='a PIN for handing out more than'),
        ),
        migrations.AddField(
            model_name='wechataccount',
            name='service_appid',
            field=models.CharField(blank=True, db_default='', default='', max_length=40, verbose_name='service account AppID'),
        ),
        migrations.AddField(
            model_name='wechataccount',
            name='service_secret',
            field=shop.crypto.fields.EncryptedTextField(blank=True, db_default='', default='', verbose_name='service account secret'),
        ),
    ]
