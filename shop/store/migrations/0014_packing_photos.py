from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0013_supplement'),
    ]

    operations = [
        migrations.AddField(
            model_name='storesettings',
            name='packing_photos_on',
            field=models.BooleanField(db_default=True, default=True, verbose_name='show packing photos to buyers'),
        ),
    ]
