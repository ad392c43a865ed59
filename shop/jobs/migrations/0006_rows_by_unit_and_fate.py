from django.db import migrations, models
from django.db.models import Q

from shop.database.online import SwapIndex

UNIT = models.Index(fields=["job", "unit"], name="job_row_unit", condition=Q(unit__isnull=False))
FATE = models.Index(fields=["job", "fate", "position"], name="job_row_fate", condition=Q(fate__isnull=False))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("jobs", "0005_rows_of_sheets")]

    operations = [SwapIndex("JobRow", new=UNIT), SwapIndex("JobRow", new=FATE)]
