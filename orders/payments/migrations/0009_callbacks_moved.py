from django.db import migrations


class Migration(migrations.Migration):
    """Callbacks are `shop.callbacks.Callback` now; their table keeps its name and its rows."""

    dependencies = [("payments", "0008_drop_close_failures"), ("callbacks", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("GatewayNotice")]),
    ]
