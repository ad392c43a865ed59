"""The flat freight becomes the default freight template.

The columns stay for processes of the version before; the next one drops them. They get defaults of the database,
because processes of this version no longer write them.
"""

from typing import Any

from django.conf import settings
from django.db import migrations, models
from django.utils.translation import gettext, override


def take_over(apps: Any, schema_editor: Any) -> None:
    """Nothing for a database without a shop, into which a backup may still be restored; one that went back to the
    version before has its template already.
    """
    template_model, rule_model = (apps.get_model("freight", name) for name in ("FreightTemplate", "FreightRule"))
    store = apps.get_model("store", "StoreSettings").objects.first()
    if store is None or template_model.objects.filter(is_default=True).exists():
        return
    with override(settings.LANGUAGE_CODE):
        name = gettext("Usual freight")
    template = template_model.objects.create(name=name, is_default=True)
    rule_model.objects.create(
        template=template,
        position=0,
        is_elsewhere=True,
        first_fen=store.freight_fen,
        free_from_fen=store.freight_free_above_fen,
    )


class Migration(migrations.Migration):
    dependencies = [("store", "0010_first_day"), ("freight", "0001_initial")]

    operations = [
        migrations.RunPython(take_over, migrations.RunPython.noop),
        migrations.AlterField(
            "storesettings", "freight_fen", models.PositiveIntegerField(default=0, db_default=0)
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField("storesettings", "freight_fen"),
                migrations.RemoveField("storesettings", "freight_free_above_fen"),
            ]
        ),
    ]
