from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0006_answers_of_the_gateway")]

    operations = [
        migrations.AddField("refund", "is_goodwill", models.BooleanField(default=False, db_default=False)),
        migrations.AlterField("refund", "number", models.CharField(max_length=64)),
    ]
