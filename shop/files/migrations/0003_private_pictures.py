import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def set_pictures_apart(apps: Any, schema_editor: Any) -> None:
    """Move what customers sent out of the folder that a proxy may serve, and look at each of them once."""
    pictures = apps.get_model("files", "Picture").objects.filter(customer_id__isnull=False)
    pictures.update(look_by=F("created_at") + timedelta(hours=24))
    for path in pictures.values_list("path", flat=True).iterator():
        old, new = Path(settings.MEDIA_ROOT) / path, Path(settings.PRIVATE_ROOT) / path
        if old.is_file():
            new.parent.mkdir(parents=True, exist_ok=True)
            os.replace(old, new)


class Migration(migrations.Migration):
    """Pictures that customers sent are private, and go when nothing names them."""

    dependencies = [("files", "0002_sent_by_customers")]

    operations = [
        migrations.AddField("picture", "look_by", models.DateTimeField(null=True)),
        migrations.RunPython(set_pictures_apart, migrations.RunPython.noop),
        migrations.AddIndex(
            "picture",
            models.Index(
                condition=models.Q(("look_by__isnull", False)), fields=["look_by"], name="picture_to_look_at"
            ),
        ),
        migrations.AddIndex(
            "picture",
            models.Index(
                condition=models.Q(("customer_id__isnull", False)),
                fields=["customer_id", "created_at"],
                name="picture_of_customer",
            ),
        ),
    ]
