import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0027_pickup'),
        ('pickup', '0002_by_day'),
        ('store', '0021_service_account'),
    ]

    operations = [
        migrations.AddField(
            model_name='verifier',
            name='service_openid',
            field=models.CharField(blank=True, db_default='', default='', max_length=64),
        ),
        migrations.AddConstraint(
            model_name='verifier',
            constraint=models.UniqueConstraint(condition=models.Q(('service_openid', ''), _negated=True), fields=('service_openid',), name='verifier_wechat_once'),
        ),
        migrations.CreateModel(
            name='CounterRefusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40)),
                ('actor_kind', models.CharField(blank=True, max_length=10)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor_name', models.CharField(blank=True, max_length=80)),
                ('address', models.GenericIPAddressField(null=True)),
                ('at', models.DateTimeField()),
                ('order', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order')),
            ],
        ),
        migrations.CreateModel(
            name='GuessLock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0)),
                ('door', models.CharField(choices=[('verifier', 'verifier'), ('store', 'store'), ('address', 'network address')], max_length=8, verbose_name='door')),
                ('address', models.GenericIPAddressField(null=True)),
                ('locked_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('store', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.pickupstore')),
                ('verifier', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pickup.verifier')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Invite',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0)),
                ('state', models.CharField(choices=[('open', 'Waiting'), ('used', 'Used'), ('revoked', 'Revoked')], default='open', max_length=8, verbose_name='state')),
                ('made_by_name', models.CharField(max_length=80)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invites', to='pickup.verifier')),
                ('stores', models.ManyToManyField(related_name='+', to='store.pickupstore')),
                ('used_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pickup.verifier')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='VerifierPin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(blank=True, max_length=128)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('locked_until', models.DateTimeField(null=True)),
                ('verifier', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='pin', to='pickup.verifier')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('locked_until__isnull', True), models.Q(('digest', ''), _negated=True), _connector='OR'), name='only_a_pin_is_locked')],
            },
        ),
        migrations.CreateModel(
            name='VerifierSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('device', models.CharField(blank=True, max_length=80)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('verifier', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='pickup.verifier')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('digest',), name='verifier_session_once')],
            },
        ),
    ]
