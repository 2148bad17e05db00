"""Makes a new database the tables of schedules, policies and tags, in one step.

A database that has taken some of the replaced steps takes the rest of them instead.
"""

import accounts.ids
import accounts.models.account
import accounts.tenancy
import datetime
import django.core.validators
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.db import migrations, models

from accounts.founding import CreateModels


class Migration(migrations.Migration):

    replaces = [
        ('oncall', '0001_initial'),
        ('oncall', '0002_schedule_versions'),
        ('oncall', '0003_first_versions'),
        ('oncall', '0004_calendar_feeds'),
        ('oncall', '0005_round_robin'),
        ('oncall', '0006_tags'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed_0013_status_update_rules'),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='EscalationPolicy',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('name', models.CharField(max_length=255, verbose_name='name')),
                        ('description', models.TextField(blank=True, verbose_name='description')),
                        ('repeats', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(9)], verbose_name='repeats')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='escalation_policies', to='accounts.account')),
                        ('team', accounts.tenancy.TenantKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='escalation_policies', to='accounts.team')),
                    ],
                    options={
                        'verbose_name_plural': 'escalation policies',
                        'ordering': ['name', 'id'],
                        'constraints': [models.UniqueConstraint(fields=('account', 'name'), name='escalation_policy_name_once')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='EscalationRule',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('level', models.PositiveSmallIntegerField()),
                        ('delay_minutes', models.PositiveIntegerField(default=30, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1440)], verbose_name='escalates after')),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='escalation_rules', to='accounts.account')),
                        ('policy', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='rules', to='oncall.escalationpolicy')),
                        ('strategy', models.CharField(choices=[('assign_to_everyone', 'Everyone of the level'), ('round_robin', 'One after the other, a new one each incident')], default='assign_to_everyone', max_length=18, verbose_name='whom it pages')),
                        ('turns', models.PositiveBigIntegerField(default=0, editable=False)),
                    ],
                    options={
                        'ordering': ['level'],
                        'constraints': [models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('policy', 'level'), name='escalation_level_once'), models.CheckConstraint(condition=models.Q(('delay_minutes__gte', 1)), name='escalation_delay')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Layer',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('name', models.CharField(blank=True, max_length=255, verbose_name='name')),
                        ('position', models.PositiveSmallIntegerField()),
                        ('starts_at', models.DateTimeField(verbose_name='starts')),
                        ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='ends')),
                        ('rotation_virtual_start', models.DateTimeField()),
                        ('turn_length', models.DurationField(validators=[django.core.validators.MinValueValidator(datetime.timedelta(seconds=3600)), django.core.validators.MaxValueValidator(datetime.timedelta(days=365))])),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='schedule_layers', to='accounts.account')),
                        ('schedule', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='layers', to='oncall.schedule')),
                    ],
                    options={
                        'ordering': ['position'],
                        'constraints': [models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('schedule', 'position'), name='layer_position_once'), models.CheckConstraint(condition=models.Q(('ends_at', None), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='layer_ends_after_start'), models.CheckConstraint(condition=models.Q(('turn_length__gte', datetime.timedelta(seconds=3600)), ('turn_length__lte', datetime.timedelta(days=365))), name='layer_turn_length')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='LayerUser',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('position', models.PositiveSmallIntegerField()),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='schedule_layer_users', to='accounts.account')),
                        ('layer', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='turns', to='oncall.layer')),
                        ('membership', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='turns', to='accounts.membership')),
                    ],
                    options={
                        'ordering': ['position'],
                        'constraints': [models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('layer', 'position'), name='layer_user_position_once')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Restriction',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('daily', 'Every day'), ('weekly', 'Every week')], max_length=6)),
                        ('start_time', models.TimeField()),
                        ('duration', models.DurationField()),
                        ('weekday', models.PositiveSmallIntegerField(blank=True, null=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='schedule_restrictions', to='accounts.account')),
                        ('layer', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='restrictions', to='oncall.layer')),
                    ],
                    options={
                        'ordering': ['id'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'daily'), ('weekday', None)), models.Q(('kind', 'weekly'), ('weekday__gte', 1), ('weekday__lte', 7)), _connector='OR'), name='restriction_weekday'), models.CheckConstraint(condition=models.Q(('duration__gte', datetime.timedelta(seconds=1)), models.Q(models.Q(('duration__lte', datetime.timedelta(seconds=86399)), ('kind', 'daily')), models.Q(('duration__lte', datetime.timedelta(days=6, seconds=86399)), ('kind', 'weekly')), _connector='OR')), name='restriction_duration')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Schedule',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('name', models.CharField(max_length=255, verbose_name='name')),
                        ('description', models.TextField(blank=True, verbose_name='description')),
                        ('time_zone', models.CharField(max_length=64, validators=[accounts.models.account.validate_zone], verbose_name='time zone')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='schedules', to='accounts.account')),
                        ('team', accounts.tenancy.TenantKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='schedules', to='accounts.team')),
                        ('effective_at', models.DateTimeField(editable=False, null=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('handoffs_planned_until', models.DateTimeField(blank=True, db_index=True, editable=False, null=True)),
                    ],
                    options={
                        'ordering': ['name', 'id'],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Override',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('starts_at', models.DateTimeField(verbose_name='starts')),
                        ('ends_at', models.DateTimeField(verbose_name='ends')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='schedule_overrides', to='accounts.account')),
                        ('created_by', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.membership')),
                        ('membership', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='accounts.membership')),
                        ('schedule', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='overrides', to='oncall.schedule')),
                    ],
                    options={
                        'ordering': ['id'],
                        'indexes': [models.Index(fields=['schedule', 'ends_at'], name='oncall_over_schedul_aa222d_idx')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='override_ends_after_start')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='EscalationTarget',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('position', models.PositiveSmallIntegerField(default=0)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='escalation_targets', to='accounts.account')),
                        ('membership', accounts.tenancy.TenantKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='escalation_targets', to='accounts.membership')),
                        ('rule', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='targets', to='oncall.escalationrule')),
                        ('schedule', accounts.tenancy.TenantKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='escalation_targets', to='oncall.schedule')),
                    ],
                    options={
                        'ordering': ['position', 'id'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('membership', None), ('schedule__isnull', False)), models.Q(('membership__isnull', False), ('schedule', None)), _connector='OR'), name='escalation_target_is_one_thing'), models.UniqueConstraint(fields=('rule', 'membership'), name='escalation_target_member_once'), models.UniqueConstraint(fields=('rule', 'schedule'), name='escalation_target_schedule_once')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='ScheduleVersion',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.PositiveIntegerField()),
                        ('effective_at', models.DateTimeField(null=True)),
                        ('created_at', models.DateTimeField()),
                        ('snapshot', models.JSONField()),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='schedule_versions', to='accounts.account')),
                        ('created_by', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                        ('schedule', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='oncall.schedule')),
                    ],
                    options={
                        'ordering': ['number'],
                        'constraints': [models.UniqueConstraint(fields=('schedule', 'number'), name='schedule_version_once'), models.CheckConstraint(condition=models.Q(models.Q(('effective_at', None), ('number', 1)), models.Q(('effective_at__isnull', False), ('number__gt', 1)), _connector='OR'), name='schedule_version_first_is_always')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='CalendarFeed',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('prefix', models.CharField(max_length=6)),
                        ('digest', models.CharField(max_length=64, unique=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('revoked_at', models.DateTimeField(blank=True, null=True)),
                        ('last_read_at', models.DateTimeField(blank=True, null=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_feeds', to='accounts.account')),
                        ('membership', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='calendar_feeds', to='accounts.membership')),
                        ('schedule', accounts.tenancy.TenantKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='calendar_feeds', to='oncall.schedule')),
                    ],
                    options={
                        'ordering': ['-id'],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Tag',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('label', models.CharField(max_length=191, verbose_name='label')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tags', to='accounts.account')),
                    ],
                    options={
                        'ordering': ['label', 'id'],
                        'constraints': [models.UniqueConstraint(fields=('account', 'label'), name='tag_label_once')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Tagging',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='taggings', to='accounts.account')),
                        ('membership', accounts.tenancy.TenantKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='taggings', to='accounts.membership')),
                        ('policy', accounts.tenancy.TenantKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='taggings', to='oncall.escalationpolicy')),
                        ('tag', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='taggings', to='oncall.tag')),
                        ('team', accounts.tenancy.TenantKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='taggings', to='accounts.team')),
                    ],
                    options={
                        'ordering': ['id'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('membership', None), ('policy__isnull', False), ('team', None)), models.Q(('membership', None), ('policy', None), ('team__isnull', False)), models.Q(('membership__isnull', False), ('policy', None), ('team', None)), _connector='OR'), name='tagging_of_one'), models.UniqueConstraint(fields=('tag', 'membership'), name='tagging_membership'), models.UniqueConstraint(fields=('tag', 'team'), name='tagging_team'), models.UniqueConstraint(fields=('tag', 'policy'), name='tagging_policy')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
            ]
        ),
    ]
