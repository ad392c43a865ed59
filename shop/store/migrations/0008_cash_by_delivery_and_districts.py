"""Cash on delivery by delivery method, and districts instead of one city.

The columns `cod_on` and `local_city` stay for processes of the version before; the next one drops them. They get
defaults of the database, because processes of this version no longer write them.
"""

from typing import Any

from django.db import migrations, models

from shop.store.area.places import load_places
from shop.store.places.regions import shorten


def take_over(apps: Any, schema_editor: Any) -> None:
    """One switch becomes two; the city becomes its code, and no city, which meant anywhere, every province."""
    for store in apps.get_model("store", "StoreSettings").objects.all():
        store.express_cod_on = store.local_cod_on = store.cod_on
        store.local_districts = find_area(store.local_city, is_on=store.local_on)
        store.save(update_fields=["express_cod_on", "local_cod_on", "local_districts"])


def find_area(city: str, *, is_on: bool) -> list[str]:
    places = [place for place in load_places().values() if not place.district]
    if not city:
        return [place.code for place in places if is_on and place.code.endswith("0000")]
    return [place.code for place in places if place.city and shorten(place.city) == shorten(city)]


def _off() -> Any:
    return models.BooleanField(default=False, db_default=False)


class Migration(migrations.Migration):
    dependencies = [("store", "0007_number_range")]

    operations = [
        migrations.AlterField("storesettings", "cod_on", _off()),
        migrations.AlterField(
            "storesettings",
            "local_city",
            models.CharField(blank=True, default="", db_default="", max_length=40),
        ),
        migrations.AddField(
            "storesettings",
            "express_cod_on",
            models.BooleanField(
                default=False, db_default=False, verbose_name="cash on delivery with express"
            ),
        ),
        migrations.AddField(
            "storesettings",
            "local_cod_on",
            models.BooleanField(
                default=False, db_default=False, verbose_name="cash on delivery with own delivery"
            ),
        ),
        migrations.AddField(
            "storesettings",
            "local_districts",
            models.JSONField(
                blank=True,
                db_default=models.Value([], models.JSONField()),
                default=list,
                verbose_name="delivery area",
            ),
        ),
        migrations.AlterField(
            "storesettings",
            "local_area",
            models.CharField(blank=True, max_length=200, verbose_name="words about own delivery"),
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField("storesettings", "cod_on"),
                migrations.RemoveField("storesettings", "local_city"),
            ]
        ),
    ]
