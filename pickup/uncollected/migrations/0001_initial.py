import django.db.models.deletion
import shop.crypto.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('orders', '0027_pickup'),
    ]

    operations = [
        migrations.CreateModel(
            name='Waiting',
            fields=[
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='waiting', serialize=False, to='orders.order')),
                ('is_waiting', models.BooleanField(default=True)),
                ('since', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('noted_at', models.DateTimeField(null=True)),
                ('snoozed_until', models.DateTimeField(null=True)),
                ('reminded_at', models.DateTimeField(null=True)),
                ('storage_note', shop.crypto.fields.EncryptedTextField(blank=True, default='')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('is_waiting', True)), fields=['due_at', 'order'], name='waiting_by_due'), models.Index(condition=models.Q(('is_waiting', True), ('noted_at__isnull', True)), fields=['due_at'], name='waiting_to_note')],
            },
        ),
    ]
