from django.db import migrations

from shop.database.online import drop_left_column


class Migration(migrations.Migration):
    """The gateway's silence is told by time, not by count."""

    dependencies = [("payments", "0007_refunds_outside_the_shop")]

    operations = [drop_left_column("payments_payattempt", "close_failures", "smallint DEFAULT 0 NOT NULL")]
