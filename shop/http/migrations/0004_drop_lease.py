from django.db import migrations

from shop.database.online import drop_left_column


class Migration(migrations.Migration):
    """A command and its answer are one transaction: nothing is leased."""

    dependencies = [("http", "0003_no_lease")]

    operations = [drop_left_column("http_idempotencykey", "lease_until", "timestamp with time zone NULL")]
