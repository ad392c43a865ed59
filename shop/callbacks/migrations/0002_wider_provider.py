from django.db import migrations, models


class Migration(migrations.Migration):
    """Room for the names of couriers; PostgreSQL only notes the new width."""

    dependencies = [("callbacks", "0001_initial"), ("payments", "0009_callbacks_moved")]

    operations = [migrations.AlterField("callback", "provider", models.CharField(max_length=20))]
