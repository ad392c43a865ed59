import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The name in the code alone: the table keeps its own, so that the version before goes on reading it."""

    dependencies = [
        ('staff', '0004_money_limit'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel('ListLooks', 'ListPreferences'),
                migrations.AlterModelTable('ListPreferences', 'staff_listlooks'),
                migrations.AlterField(
                    model_name='listpreferences',
                    name='staff',
                    field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='list_preferences', serialize=False, to=settings.AUTH_USER_MODEL),
                ),
            ],
        ),
    ]
