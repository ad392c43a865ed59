from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('collections', '0001_initial'),
        ('couriers', '0001_initial'),
        ('orders', '0022_supplement'),
        ('shipping', '0007_intercepts'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='collection',
            name='collection_troubled',
        ),
        migrations.AddField(
            model_name='collection',
            name='stuck_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='collection',
            index=models.Index(condition=models.Q(('state__in', ('failed', 'unknown')), models.Q(('state__in', ('requested', 'unknown', 'cancelling')), ('stuck_at__isnull', False)), models.Q(('state', 'called'), models.Q(('last_error', ''), _negated=True)), _connector='OR'), fields=['id'], name='collection_troubled'),
        ),
    ]
