import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('files', '0004_stored_files'),
        ('shipping', '0005_parcels_that_are_made'),
    ]

    operations = [
        migrations.CreateModel(
            name='ParcelPhoto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('added_at', models.DateTimeField()),
                ('parcel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='photos', to='shipping.parcel')),
                ('picture', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='files.picture')),
            ],
            options={"ordering": ("pk",)},
        ),
    ]
