from django.db import migrations, models


class Migration(migrations.Migration):
    """Pieces sent anew for such as came back: without them an order would close while its goods are with the buyer."""

    dependencies = [("orders", "0017_undone_at")]

    operations = [
        migrations.AddField(
            "order", "pieces_resent", models.PositiveIntegerField(default=0, db_default=0)
        ),
    ]
