"""The sheets of one kind, for the page on which they are uploaded."""

from django.db import migrations, models
from django.db.models import Q

from shop.database.online import SwapIndex

UPLOADS = models.Index(fields=["kind", "id"], name="job_upload_by_kind", condition=~Q(file_name=""))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("jobs", "0007_typed_for_rows")]

    operations = [SwapIndex("Job", new=UPLOADS)]
