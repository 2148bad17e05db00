"""Makes a new database the tables of services, incidents and their pages, in one step.

A database that has taken some of the replaced steps takes the rest of them instead.
"""

import accounts.ids
import accounts.tenancy
import datetime
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.manager
import incidents.models.heartbeat
import incidents.models.notification
import incidents.models.service
import uuid
from django.db import migrations, models

from accounts.founding import CreateModels

# An event is received in one round trip, by the integration's key or the one before it
# while that still works: the second look happens only when the first finds nothing. It
# runs with the rights of its owner, because a sender has a key and no account yet.
RECEIVE = """
CREATE FUNCTION receive_event(
    the_key text, the_action text, the_dedup_key text, the_body jsonb, at timestamptz)
RETURNS TABLE (
    event_id bigint, account_id bigint, integration_id bigint, events_per_minute integer)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
    WITH named AS (
        SELECT id, account_id FROM incidents_integration WHERE key = the_key
        UNION ALL
        SELECT id, account_id FROM incidents_integration
        WHERE previous_key = the_key AND previous_key_until > at
        LIMIT 1
    ), found AS (
        SELECT named.id, account.id AS account_id, account.events_per_minute
        FROM named JOIN accounts_account account ON account.id = named.account_id
    ), kept AS (
        INSERT INTO incidents_event (account_id, integration_id, action, dedup_key, body,
            received_at, outcome, attempts)
        SELECT account_id, id, the_action, the_dedup_key, the_body, at, '', 0 FROM found
        RETURNING id
    )
    SELECT kept.id, found.account_id, found.id, found.events_per_minute FROM kept, found
$$;
REVOKE ALL ON FUNCTION receive_event FROM PUBLIC;
"""
# The same for the ordinary beat. Whatever is not ordinary is "look": see
# incidents.beats.
BEAT = """
CREATE FUNCTION beat_heart(the_key text, by_get boolean, at timestamptz)
RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
    WITH beaten AS (
        UPDATE incidents_heartbeat
        SET last_beat_at = at, due_at = at + "interval" + grace, status = 'beating',
            excused_at = NULL
        WHERE key = the_key AND status IN ('new', 'beating')
            AND (allows_get OR NOT by_get)
            AND (last_beat_at IS NULL OR last_beat_at <= at - interval '1 second')
        RETURNING 1
    )
    SELECT CASE
        WHEN EXISTS (SELECT FROM beaten) THEN 'taken'
        WHEN by_get AND NOT allows_get THEN 'refused'
        WHEN last_beat_at > at - interval '1 second' AND status <> 'missed' THEN 'ignored'
        ELSE 'look' END
    FROM incidents_heartbeat WHERE key = the_key
$$;
REVOKE ALL ON FUNCTION beat_heart FROM PUBLIC;
"""


class Migration(migrations.Migration):

    replaces = [
        ('incidents', '0001_initial'),
        ('incidents', '0002_receive_event'),
        ('incidents', '0003_dead_letters'),
        ('incidents', '0004_hand_offs'),
        ('incidents', '0005_noise_maintenance_heartbeats_responders'),
        ('incidents', '0006_maintenance_series'),
        ('incidents', '0007_own_incidents'),
        ('incidents', '0008_bundles_and_audits'),
        ('incidents', '0009_tools_and_changes'),
        ('incidents', '0010_two_keys'),
        ('incidents', '0011_lost_timers'),
        ('incidents', '0012_list_indexes'),
        ('incidents', '0013_outbox'),
        ('incidents', '0014_grouping_names'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed_0013_status_update_rules'),
        ('oncall', '0001_squashed_0006_tags'),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='Service',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('name', models.CharField(max_length=255, verbose_name='name')),
                        ('description', models.TextField(blank=True, verbose_name='description')),
                        ('runbook_url', models.URLField(blank=True, verbose_name='runbook')),
                        ('urgency_rule', models.CharField(choices=[('high', 'High, always'), ('low', 'Low, always'), ('severity_based', 'By severity of the alert'), ('use_support_hours', 'By support hours')], default='high', max_length=17, verbose_name='urgency')),
                        ('acknowledgement_timeout', models.DurationField(blank=True, default=datetime.timedelta(seconds=1800), null=True, verbose_name='acknowledgement timeout')),
                        ('auto_resolve_timeout', models.DurationField(blank=True, default=None, null=True, verbose_name='auto-resolve timeout')),
                        ('disabled_at', models.DateTimeField(blank=True, null=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='services', to='accounts.account')),
                        ('escalation_policy', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='services', to='oncall.escalationpolicy')),
                        ('team', accounts.tenancy.TenantKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='services', to='accounts.team')),
                        ('auto_pause', models.DurationField(blank=True, null=True, verbose_name='pause')),
                        ('grouping', models.CharField(blank=True, choices=[('', 'An incident for each alert'), ('time', 'Alerts that come within a time'), ('content_based', 'Alerts that agree in chosen fields')], default='', max_length=14, verbose_name='grouping')),
                        ('grouping_fields', models.JSONField(blank=True, default=list, verbose_name='fields')),
                        ('grouping_match', models.CharField(choices=[('all', 'All fields agree'), ('any', 'One field agrees')], default='all', max_length=3)),
                        ('grouping_window', models.DurationField(blank=True, null=True, verbose_name='window')),
                        ('raise_at_support_start', models.BooleanField(default=False)),
                        ('storm_limit', models.PositiveIntegerField(blank=True, default=300, null=True, verbose_name='storm limit')),
                        ('support_days', models.JSONField(blank=True, default=list, verbose_name='days')),
                        ('support_end', models.TimeField(blank=True, null=True, verbose_name='until')),
                        ('support_start', models.TimeField(blank=True, null=True, verbose_name='from')),
                        ('support_time_zone', models.CharField(blank=True, max_length=64, verbose_name='time zone')),
                        ('urgency_in_hours', models.CharField(default='high', max_length=14, verbose_name='during support hours')),
                        ('urgency_out_of_hours', models.CharField(default='low', max_length=14, verbose_name='outside of support hours')),
                        ('grouping_changed_at', models.DateTimeField(blank=True, null=True)),
                        ('grouping_description', models.TextField(blank=True)),
                        ('grouping_name', models.CharField(blank=True, max_length=255)),
                    ],
                    options={
                        'ordering': ['name', 'id'],
                        'constraints': [models.UniqueConstraint(fields=('account', 'name'), name='service_name_once')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Integration',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('name', models.CharField(max_length=100, verbose_name='name')),
                        ('kind', models.CharField(default='events_v2', max_length=30)),
                        ('key', models.CharField(default=incidents.models.service.integration_key, max_length=32, unique=True, validators=[django.core.validators.RegexValidator('^[0-9a-f]{32}$')])),
                        ('disabled_at', models.DateTimeField(blank=True, null=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='integrations', to='accounts.account')),
                        ('service', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='integrations', to='incidents.service')),
                        ('last_event_at', models.DateTimeField(blank=True, null=True)),
                        ('quiet_after', models.DurationField(blank=True, null=True, verbose_name='expected every')),
                        ('quiet_at', models.DateTimeField(blank=True, null=True)),
                        ('mapping', models.JSONField(blank=True, null=True)),
                        ('previous_key', models.CharField(blank=True, max_length=32, null=True, unique=True)),
                        ('previous_key_until', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['name', 'id'],
                        'indexes': [models.Index(condition=models.Q(('quiet_at__isnull', False)), fields=['quiet_at'], name='integration_quiet')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Incident',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.incident_public_id, max_length=14, unique=True)),
                        ('number', models.BigIntegerField()),
                        ('title', models.CharField(max_length=1024, verbose_name='title')),
                        ('description', models.TextField(blank=True, verbose_name='description')),
                        ('status', models.CharField(choices=[('triggered', 'Triggered'), ('acknowledged', 'Acknowledged'), ('resolved', 'Resolved')], default='triggered', max_length=12)),
                        ('urgency', models.CharField(choices=[('high', 'High'), ('low', 'Low')], default='high', max_length=4)),
                        ('incident_key', models.CharField(blank=True, max_length=255)),
                        ('plan', models.JSONField(default=dict)),
                        ('level', models.PositiveSmallIntegerField(default=0)),
                        ('round', models.PositiveSmallIntegerField(default=0)),
                        ('episode', models.PositiveIntegerField(default=0)),
                        ('unreached_at', models.DateTimeField(blank=True, null=True)),
                        ('exhausted_at', models.DateTimeField(blank=True, null=True)),
                        ('created_at', models.DateTimeField()),
                        ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                        ('resolved_at', models.DateTimeField(blank=True, null=True)),
                        ('changed_at', models.DateTimeField()),
                        ('escalate_at', models.DateTimeField(blank=True, null=True)),
                        ('acknowledgement_expires_at', models.DateTimeField(blank=True, null=True)),
                        ('snoozed_until', models.DateTimeField(blank=True, null=True)),
                        ('auto_resolve_at', models.DateTimeField(blank=True, null=True)),
                        ('failures', models.PositiveSmallIntegerField(default=0)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='incidents', to='accounts.account')),
                        ('merged_into', accounts.tenancy.TenantKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='merged', to='incidents.incident')),
                        ('priority', accounts.tenancy.TenantKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='incidents', to='accounts.priority')),
                        ('service', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='incidents', to='incidents.service')),
                        ('group_key', models.CharField(blank=True, max_length=64)),
                        ('groups_until', models.DateTimeField(blank=True, null=True)),
                        ('own_key', models.CharField(blank=True, max_length=100)),
                        ('raise_at', models.DateTimeField(blank=True, null=True)),
                        ('pages', models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        'ordering': ['-id'],
                        'indexes': [models.Index(condition=models.Q(('escalate_at__isnull', False)), fields=['escalate_at'], name='incident_escalate_at'), models.Index(condition=models.Q(('acknowledgement_expires_at__isnull', False)), fields=['acknowledgement_expires_at'], name='incident_acknowledgement_expir'), models.Index(condition=models.Q(('snoozed_until__isnull', False)), fields=['snoozed_until'], name='incident_snoozed_until'), models.Index(condition=models.Q(('auto_resolve_at__isnull', False)), fields=['auto_resolve_at'], name='incident_auto_resolve_at'), models.Index(fields=['account', 'status', '-id'], name='incident_list'), models.Index(fields=['account', '-id'], name='incident_all'), models.Index(fields=['service', '-id'], name='incident_service'), models.Index(condition=models.Q(('status', 'triggered')), fields=['id'], name='incident_triggered'), models.Index(condition=models.Q(('raise_at__isnull', False)), fields=['raise_at'], name='incident_raise_at'), models.Index(condition=models.Q(models.Q(('status', 'resolved'), _negated=True), models.Q(('group_key', ''), _negated=True)), fields=['service', 'group_key'], name='incident_group'), models.Index(condition=models.Q(('own_key', ''), _negated=True), fields=['account', 'own_key', '-id'], name='incident_own'), models.Index(condition=models.Q(('escalate_at', None), ('exhausted_at', None), ('status', 'triggered'), ('urgency', 'high')), fields=['id'], name='incident_lost'), models.Index(condition=models.Q(('acknowledgement_expires_at', None), ('snoozed_until', None), ('status', 'acknowledged')), fields=['changed_at'], name='incident_rests'), models.Index(condition=models.Q(models.Q(('status', 'resolved'), _negated=True), ('auto_resolve_at', None)), fields=['service', 'changed_at'], name='incident_endless'), models.Index(condition=models.Q(models.Q(('status', 'resolved'), _negated=True), ('raise_at', None), ('urgency', 'low')), fields=['service'], name='incident_low'), models.Index(fields=['account', '-created_at', '-id'], name='incident_began'), models.Index(condition=models.Q(('status', 'resolved'), _negated=True), fields=['account', '-created_at', '-id'], name='incident_open_began'), models.Index(fields=['account', '-resolved_at', '-id'], name='incident_ended'), models.Index(fields=['service', '-created_at', '-id'], name='incident_service_began'), django.contrib.postgres.indexes.HashIndex(condition=models.Q(('incident_key', ''), _negated=True), fields=['incident_key'], name='incident_key')],
                        'constraints': [models.UniqueConstraint(fields=('account', 'number'), name='incident_number_once'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'resolved'), _negated=True), models.Q(('acknowledgement_expires_at', None), ('auto_resolve_at', None), ('escalate_at', None), ('raise_at', None), ('snoozed_until', None)), _connector='OR'), name='incident_resolved_has_no_timers'), models.UniqueConstraint(condition=models.Q(models.Q(('status', 'resolved'), _negated=True), models.Q(('own_key', ''), _negated=True)), fields=('account', 'own_key'), name='incident_own_key_once')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Alert',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('dedup_key', models.CharField(max_length=255)),
                        ('status', models.CharField(choices=[('triggered', 'Triggered'), ('resolved', 'Resolved')], default='triggered', max_length=9)),
                        ('summary', models.CharField(max_length=1024)),
                        ('severity', models.CharField(blank=True, max_length=8)),
                        ('source', models.TextField(blank=True)),
                        ('component', models.TextField(blank=True)),
                        ('group', models.TextField(blank=True)),
                        ('event_class', models.TextField(blank=True)),
                        ('details', models.JSONField(blank=True, null=True)),
                        ('links', models.JSONField(blank=True, default=list)),
                        ('images', models.JSONField(blank=True, default=list)),
                        ('client', models.TextField(blank=True)),
                        ('client_url', models.TextField(blank=True)),
                        ('occurred_at', models.DateTimeField()),
                        ('event_count', models.PositiveIntegerField(default=1)),
                        ('last_event_at', models.DateTimeField()),
                        ('created_at', models.DateTimeField()),
                        ('resolved_at', models.DateTimeField(blank=True, null=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='alerts', to='accounts.account')),
                        ('incident', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='alerts', to='incidents.incident')),
                        ('integration', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='alerts', to='incidents.integration')),
                        ('service', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='alerts', to='incidents.service')),
                        ('held', models.CharField(blank=True, choices=[('', 'Not held'), ('paused', 'Held back, in case that it resolves by itself'), ('maintenance', 'Held until the maintenance ends'), ('suppressed', 'Suppressed by a rule')], default='', max_length=11)),
                        ('release_at', models.DateTimeField(blank=True, null=True)),
                        ('suppressed_by', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='alerts', to='incidents.suppressionrule')),
                    ],
                    options={
                        'ordering': ['-id'],
                        'indexes': [models.Index(condition=models.Q(('release_at__isnull', False)), fields=['release_at'], name='alert_release'), models.Index(condition=models.Q(('status', 'triggered'), models.Q(('held', ''), _negated=True)), fields=['service', 'held'], name='alert_held'), django.contrib.postgres.indexes.HashIndex(fields=['dedup_key'], name='alert_key')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'triggered')), fields=('integration', 'dedup_key'), name='alert_open_once')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='TimelineEntry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14)),
                        ('verb', models.CharField(max_length=20)),
                        ('at', models.DateTimeField()),
                        ('via', models.CharField(max_length=20)),
                        ('name', models.CharField(blank=True, max_length=100)),
                        ('details', models.JSONField(default=dict)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='timeline_entries', to='accounts.account')),
                        ('incident', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='timeline', to='incidents.incident')),
                        ('membership', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='timeline_entries', to='accounts.membership')),
                    ],
                    options={
                        'verbose_name_plural': 'timeline entries',
                        'ordering': ['-id'],
                        'indexes': [models.Index(fields=['account', '-id'], name='timeline_account'), models.Index(condition=models.Q(('verb', 'repaired')), fields=['at'], name='timeline_repaired'), models.Index(fields=['account', '-at', '-id'], name='timeline_period'), django.contrib.postgres.indexes.HashIndex(fields=['public_id'], name='timeline_public_id')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Assignment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.DateTimeField()),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assignments', to='accounts.account')),
                        ('membership', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='accounts.membership')),
                        ('incident', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='assignments', to='incidents.incident')),
                    ],
                    options={
                        'ordering': ['id'],
                        'constraints': [models.UniqueConstraint(fields=('incident', 'membership'), name='assignment_once')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Acknowledgement',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(blank=True, max_length=100)),
                        ('at', models.DateTimeField()),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='acknowledgements', to='accounts.account')),
                        ('membership', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='acknowledgements', to='accounts.membership')),
                        ('incident', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='acknowledgements', to='incidents.incident')),
                    ],
                    options={
                        'ordering': ['id'],
                        'constraints': [models.UniqueConstraint(fields=('incident', 'membership'), name='acknowledgement_once')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Event',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('action', models.CharField(choices=[('trigger', 'Trigger'), ('acknowledge', 'Acknowledge'), ('resolve', 'Resolve')], max_length=11)),
                        ('dedup_key', models.CharField(max_length=255)),
                        ('body', models.JSONField()),
                        ('received_at', models.DateTimeField()),
                        ('processed_at', models.DateTimeField(blank=True, null=True)),
                        ('outcome', models.CharField(blank=True, choices=[('', 'Waiting'), ('opened', 'Opened an incident'), ('grouped', 'Joined an open incident'), ('paused', 'Held back, in case that it resolves by itself'), ('held', 'Held until the maintenance ends'), ('suppressed', 'Suppressed by a rule'), ('repeated', 'Repeated an open alert'), ('acknowledged', 'Acknowledged'), ('resolved', 'Resolved'), ('unmatched', 'No open alert has this dedup key'), ('disabled', 'The service or integration is disabled'), ('failed', 'Could not be processed; operators were told')], max_length=12)),
                        ('attempts', models.PositiveSmallIntegerField(default=0)),
                        ('retry_at', models.DateTimeField(blank=True, null=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='accounts.account')),
                        ('alert', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='events', to='incidents.alert')),
                        ('integration', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='incidents.integration')),
                    ],
                    options={
                        'ordering': ['-id'],
                        'indexes': [models.Index(condition=models.Q(('processed_at', None)), fields=['integration', 'id'], name='event_waiting'), models.Index(fields=['integration', '-id'], name='event_latest')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Notification',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('purpose', models.CharField(choices=[('page', 'Page'), ('alarm', 'Alarm for owners'), ('request', 'Request for help'), ('notice', 'Notice'), ('test', 'Test'), ('code', 'Verification code')], max_length=7)),
                        ('kind', models.CharField(max_length=10)),
                        ('address', models.CharField(blank=True, max_length=254)),
                        ('urgency', models.CharField(choices=[('high', 'High'), ('low', 'Low')], default='high', max_length=4)),
                        ('episode', models.PositiveIntegerField(default=0)),
                        ('level', models.PositiveSmallIntegerField(default=0)),
                        ('delay_minutes', models.PositiveSmallIntegerField(default=0)),
                        ('reason', models.JSONField(default=dict)),
                        ('content', models.JSONField(default=dict)),
                        ('status', models.CharField(choices=[('planned', 'Planned'), ('sent', 'Sent'), ('delivered', 'Delivered'), ('answered', 'Answered'), ('failed', 'Failed'), ('cancelled', 'Not needed any more')], default='planned', max_length=9)),
                        ('planned_for', models.DateTimeField()),
                        ('send_at', models.DateTimeField()),
                        ('attempts', models.PositiveSmallIntegerField(default=0)),
                        ('token', models.CharField(default=incidents.models.notification.attempt_token, max_length=32, unique=True)),
                        ('provider_id', models.CharField(blank=True, max_length=100)),
                        ('error', models.CharField(blank=True, max_length=300)),
                        ('sent_at', models.DateTimeField(blank=True, null=True)),
                        ('delivered_at', models.DateTimeField(blank=True, null=True)),
                        ('answered_at', models.DateTimeField(blank=True, null=True)),
                        ('failed_at', models.DateTimeField(blank=True, null=True)),
                        ('created_at', models.DateTimeField()),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to='accounts.account')),
                        ('contact_method', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='notifications', to='accounts.contactmethod')),
                        ('incident', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to='incidents.incident')),
                        ('membership', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to='accounts.membership')),
                        ('rule', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.notificationrule')),
                        ('bundled_into', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='bundled', to='incidents.notification')),
                        ('provider', models.CharField(blank=True, max_length=20)),
                        ('responder', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to='incidents.responder')),
                    ],
                    options={
                        'ordering': ['-id'],
                        'indexes': [models.Index(condition=models.Q(('status', 'planned')), fields=['send_at'], name='notification_due'), models.Index(fields=['incident', 'id'], name='notification_incident'), models.Index(fields=['provider_id'], name='notification_provider'), models.Index(condition=models.Q(('status', 'failed')), fields=['failed_at'], name='notification_failed'), models.Index(condition=models.Q(('status', 'planned')), fields=['contact_method', 'send_at'], name='notification_due_method'), models.Index(models.F('account'), models.OrderBy(models.Case(models.When(sent_at__isnull=False, then='sent_at'), default='failed_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('status__in', ['sent', 'delivered', 'answered', 'failed'])), name='notification_left')],
                        'constraints': [models.UniqueConstraint(fields=('incident', 'purpose', 'episode', 'membership', 'contact_method', 'delay_minutes'), name='notification_planned_once')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='HandOff',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('when', models.CharField(choices=[('start', 'a shift of mine starts'), ('end', 'a shift of mine ends')], max_length=5)),
                        ('minutes_ahead', models.PositiveSmallIntegerField()),
                        ('boundary_at', models.DateTimeField()),
                        ('due_at', models.DateTimeField()),
                        ('outcome', models.CharField(blank=True, choices=[('', 'Planned'), ('told', 'Told'), ('repetition', 'Left out: another notice has just said it'), ('late', 'Left out: too late to be of use'), ('unreachable', 'Left out: the address is not in use')], default='', max_length=11)),
                        ('settled_at', models.DateTimeField(blank=True, null=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='handoffs', to='accounts.account')),
                        ('contact_method', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='handoffs', to='accounts.contactmethod')),
                        ('membership', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='handoffs', to='accounts.membership')),
                        ('rule', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='handoffs', to='accounts.handoffrule')),
                        ('schedule', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='handoffs', to='oncall.schedule')),
                    ],
                    options={
                        'verbose_name': 'hand-off notice',
                        'ordering': ['-id'],
                        'indexes': [models.Index(condition=models.Q(('outcome', '')), fields=['due_at'], name='handoff_due')],
                        'constraints': [models.UniqueConstraint(fields=('schedule', 'boundary_at', 'contact_method', 'when', 'minutes_ahead'), name='handoff_once')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Heartbeat',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('name', models.CharField(max_length=100, verbose_name='name')),
                        ('key', models.CharField(default=incidents.models.heartbeat.heartbeat_key, max_length=32, unique=True)),
                        ('interval', models.DurationField(verbose_name='expected every')),
                        ('grace', models.DurationField(verbose_name='grace')),
                        ('allows_get', models.BooleanField(default=False, verbose_name='also by GET')),
                        ('status', models.CharField(choices=[('new', 'Waits for its first beat'), ('beating', 'Beating'), ('missed', 'Missed'), ('paused', 'Paused')], default='new', max_length=7)),
                        ('last_beat_at', models.DateTimeField(blank=True, null=True)),
                        ('due_at', models.DateTimeField(blank=True, null=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='heartbeats', to='accounts.account')),
                        ('integration', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='heartbeats', to='incidents.integration')),
                        ('service', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='heartbeats', to='incidents.service')),
                        ('excused_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['name', 'id'],
                        'indexes': [models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='heartbeat_due')],
                        'constraints': [models.UniqueConstraint(fields=('service', 'name'), name='heartbeat_name_once')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='MaintainedService',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='maintained_services', to='accounts.account')),
                        ('service', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='maintained_services', to='incidents.service')),
                        ('window', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='maintained_services', to='incidents.maintenancewindow')),
                    ],
                    options={
                        'ordering': ['id'],
                        'constraints': [models.UniqueConstraint(fields=('window', 'service'), name='maintained_service_once')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='MaintenanceWindow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('number', models.PositiveIntegerField()),
                        ('description', models.TextField(blank=True, verbose_name='description')),
                        ('starts_at', models.DateTimeField(verbose_name='from')),
                        ('ends_at', models.DateTimeField(verbose_name='until')),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('repeats', models.CharField(blank=True, choices=[('', 'Once'), ('daily', 'Every day'), ('weekly', 'Every week'), ('monthly', 'Every month')], default='', max_length=7, verbose_name='repeats')),
                        ('time_zone', models.CharField(default='UTC', max_length=64, verbose_name='time zone')),
                        ('repeats_until', models.DateField(blank=True, null=True, verbose_name='last day')),
                        ('failures', models.PositiveSmallIntegerField(default=0)),
                        ('created_at', models.DateTimeField()),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='maintenance_windows', to='accounts.account')),
                        ('created_by', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='maintenance_windows', to='accounts.membership')),
                        ('previous', accounts.tenancy.TenantKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='following', to='incidents.maintenancewindow')),
                        ('series_ends_at', models.DateTimeField(blank=True, null=True)),
                        ('series_starts_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['starts_at', 'id'],
                        'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['ends_at'], name='maintenance_ends')],
                        'constraints': [models.UniqueConstraint(fields=('account', 'number'), name='maintenance_number_once'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='maintenance_ends_after_start')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Responder',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('state', models.CharField(choices=[('pending', 'Asked'), ('joined', 'Accepted'), ('declined', 'Declined'), ('user_cancelled', 'Not needed any more')], default='pending', max_length=14)),
                        ('asked_at', models.DateTimeField()),
                        ('answered_at', models.DateTimeField(blank=True, null=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='responders', to='accounts.account')),
                        ('incident', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='responders', to='incidents.incident')),
                        ('membership', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='responses', to='accounts.membership')),
                        ('policy', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='responders', to='oncall.escalationpolicy')),
                        ('request', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='responders', to='incidents.responderrequest')),
                    ],
                    options={
                        'ordering': ['id'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('pending', 'joined'))), fields=('incident', 'membership'), name='responder_once')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='ResponderRequest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('message', models.CharField(blank=True, max_length=500, verbose_name='message')),
                        ('at', models.DateTimeField()),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='responder_requests', to='accounts.account')),
                        ('incident', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='responder_requests', to='incidents.incident')),
                        ('requester', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='responder_requests', to='accounts.membership')),
                    ],
                    options={
                        'ordering': ['-id'],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='StatusUpdate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('message', models.TextField(verbose_name='message')),
                        ('subject', models.CharField(blank=True, max_length=200, verbose_name='subject')),
                        ('html_message', models.TextField(blank=True)),
                        ('at', models.DateTimeField()),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='status_updates', to='accounts.account')),
                        ('incident', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='status_updates', to='incidents.incident')),
                        ('sender', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='status_updates', to='accounts.membership')),
                    ],
                    options={
                        'ordering': ['-id'],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Subscriber',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField()),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='subscribers', to='accounts.account')),
                        ('incident', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='subscribers', to='incidents.incident')),
                        ('membership', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='accounts.membership')),
                        ('team', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='accounts.team')),
                    ],
                    options={
                        'ordering': ['id'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('membership', None), ('team__isnull', False)), models.Q(('membership__isnull', False), ('team', None)), _connector='OR'), name='subscriber_is_one_thing'), models.UniqueConstraint(fields=('incident', 'membership'), name='subscriber_member_once'), models.UniqueConstraint(fields=('incident', 'team'), name='subscriber_team_once')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='SuppressionRule',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('name', models.CharField(max_length=100, verbose_name='name')),
                        ('conditions', models.JSONField(default=list)),
                        ('disabled_at', models.DateTimeField(blank=True, null=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='suppression_rules', to='accounts.account')),
                        ('service', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='suppression_rules', to='incidents.service')),
                    ],
                    options={
                        'ordering': ['id'],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='EngineRun',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('since', models.DateTimeField()),
                        ('until', models.DateTimeField()),
                    ],
                    options={
                        'ordering': ['-id'],
                    },
                ),
                migrations.CreateModel(
                    name='Errand',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=20, unique=True)),
                        ('due_at', models.DateTimeField()),
                        ('position', models.BigIntegerField(default=0)),
                    ],
                    options={
                        'ordering': ['name'],
                    },
                ),
                migrations.CreateModel(
                    name='ChangeEvent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('summary', models.CharField(max_length=1024)),
                        ('source', models.TextField(blank=True)),
                        ('details', models.JSONField(blank=True, null=True)),
                        ('links', models.JSONField(blank=True, default=list)),
                        ('images', models.JSONField(blank=True, default=list)),
                        ('occurred_at', models.DateTimeField()),
                        ('received_at', models.DateTimeField()),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='change_events', to='accounts.account')),
                        ('integration', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='change_events', to='incidents.integration')),
                        ('service', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='change_events', to='incidents.service')),
                    ],
                    options={
                        'ordering': ['-occurred_at', '-id'],
                        'indexes': [models.Index(fields=['account', '-occurred_at'], name='change_of_account'), models.Index(fields=['service', '-occurred_at'], name='change_of_service'), models.Index(fields=['service', 'received_at'], name='change_age')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Payload',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('received_at', models.DateTimeField()),
                        ('body', models.JSONField(blank=True, null=True)),
                        ('outcome', models.CharField(choices=[('accepted', 'Accepted'), ('unreadable', 'Not understood; an alert says so'), ('refused', 'Refused')], max_length=10)),
                        ('reason', models.TextField(blank=True)),
                        ('event_count', models.PositiveIntegerField(default=0)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='payloads', to='accounts.account')),
                        ('integration', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='payloads', to='incidents.integration')),
                    ],
                    options={
                        'ordering': ['-id'],
                        'indexes': [models.Index(fields=['integration', '-id'], name='payload_latest')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='OutboxEntry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('event_id', models.UUIDField(default=uuid.uuid4)),
                        ('verb', models.CharField(max_length=30)),
                        ('entry_id', models.BigIntegerField(null=True)),
                        ('snapshot', models.JSONField(null=True)),
                        ('at', models.DateTimeField()),
                        ('failures', models.PositiveSmallIntegerField(default=0)),
                        ('retry_at', models.DateTimeField(null=True)),
                        ('set_aside_at', models.DateTimeField(null=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outbox', to='accounts.account')),
                        ('incident', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='incidents.incident')),
                    ],
                    options={
                        'verbose_name_plural': 'outbox entries',
                        'ordering': ['id'],
                        'indexes': [models.Index(condition=models.Q(('set_aside_at', None)), fields=['account', 'id'], name='outbox_waits')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
            ]
        ),
        migrations.RunSQL(
            RECEIVE, "DROP FUNCTION receive_event(text, text, text, jsonb, timestamptz)"
        ),
        migrations.RunSQL(BEAT, "DROP FUNCTION beat_heart(text, boolean, timestamptz)"),
    ]
