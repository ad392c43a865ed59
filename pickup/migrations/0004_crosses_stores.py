from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pickup", "0003_phone")]

    operations = [
        migrations.AddField(
            model_name="verifier",
            name="crosses_stores",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="hands out what waits at other stores"
            ),
        ),
    ]
