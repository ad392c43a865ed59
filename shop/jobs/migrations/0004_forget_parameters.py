"""What was typed to choose the subjects of a job is gone when the job has ended: of those that ended before, too."""

from django.db import migrations

FORGET = "UPDATE jobs_job SET sealed_parameters = '' WHERE finished_at IS NOT NULL AND sealed_parameters <> ''"


class Migration(migrations.Migration):
    dependencies = [("jobs", "0003_one_index_each")]

    operations = [migrations.RunSQL(FORGET, migrations.RunSQL.noop)]
