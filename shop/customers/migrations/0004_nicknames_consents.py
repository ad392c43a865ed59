"""Nicknames get a keyed hash to be found by, those who are there already too; consents to messages are kept."""

import django.db.models.deletion
from django.db import migrations, models

from shop.customers.hashes.names import hash_nickname

BATCH = 500


def hash_nicknames(apps, schema_editor):
    customers = apps.get_model("customers", "Customer").objects.order_by("pk")
    after = 0
    while batch := list(customers.filter(pk__gt=after).only("pk", "nickname")[:BATCH]):
        for customer in batch:
            customer.nickname_hash = hash_nickname(customer.nickname)
        customers.bulk_update(batch, ["nickname_hash"])
        after = batch[-1].pk


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0003_ledger_append_only'),
    ]

    operations = [
        migrations.AddField(
            model_name='customer',
            name='nickname_hash',
            field=models.CharField(blank=True, db_index=True, max_length=32),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(condition=models.Q(('remark', ''), _negated=True), fields=['-id'], name='customer_with_remark'),
        ),
        migrations.CreateModel(
            name='MessageConsent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('template_id', models.CharField(max_length=64)),
                ('times', models.PositiveSmallIntegerField(default=0)),
                ('accepted_at', models.DateTimeField()),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='customers.customer')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('customer', 'template_id'), name='consent_once')],
            },
        ),
        migrations.RunPython(hash_nicknames, migrations.RunPython.noop),
    ]
