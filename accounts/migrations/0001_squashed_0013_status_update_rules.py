"""Makes a new database the tables of accounts, people and how to reach them, in one step.

A database that has taken some of the replaced steps takes the rest of them instead.
"""

import accounts.ids
import accounts.models.account
import accounts.tenancy
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

from accounts.founding import CreateModels


class Migration(migrations.Migration):

    replaces = [
        ('accounts', '0001_initial'),
        ('accounts', '0002_unconfirmed_quota'),
        ('accounts', '0003_plural_names'),
        ('accounts', '0004_hand_off_rules'),
        ('accounts', '0005_usual_hand_off_rules'),
        ('accounts', '0006_push_subscriptions'),
        ('accounts', '0007_push_endpoint'),
        ('accounts', '0008_quota_uses'),
        ('accounts', '0009_team_parts'),
        ('accounts', '0010_has_listeners'),
        ('accounts', '0011_team_rights'),
        ('accounts', '0012_given_names'),
        ('accounts', '0013_status_update_rules'),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='Account',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('name', models.CharField(max_length=100, verbose_name='name')),
                        ('subdomain', models.CharField(max_length=63, unique=True, validators=[django.core.validators.RegexValidator('^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$', 'Use lower-case letters, digits and dashes.')], verbose_name='subdomain')),
                        ('time_zone', models.CharField(default='UTC', max_length=64, validators=[accounts.models.account.validate_zone], verbose_name='time zone')),
                        ('country', models.CharField(blank=True, max_length=2, verbose_name='country')),
                        ('allowed_countries', models.JSONField(blank=True, default=list)),
                        ('events_per_minute', models.PositiveIntegerField(default=6000)),
                        ('last_incident_number', models.BigIntegerField(default=0, editable=False)),
                        ('checklist_dismissed_at', models.DateTimeField(blank=True, null=True)),
                        ('suspended_at', models.DateTimeField(blank=True, null=True)),
                        ('suspended_reason', models.CharField(blank=True, max_length=200)),
                        ('is_demo', models.BooleanField(default=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('unconfirmed_pages_per_day', models.PositiveIntegerField(default=100)),
                        ('has_listeners', models.BooleanField(default=False, editable=False)),
                    ],
                    options={
                        'ordering': ['id'],
                    },
                ),
                migrations.CreateModel(
                    name='User',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('password', models.CharField(max_length=128, verbose_name='password')),
                        ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                        ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                        ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail address')),
                        ('name', models.CharField(max_length=100, verbose_name='name')),
                        ('is_active', models.BooleanField(default=True)),
                        ('is_staff', models.BooleanField(default=False, verbose_name='operator')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                        ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                    ],
                    options={
                        'ordering': ['id'],
                        'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_any_case')],
                    },
                ),
                migrations.CreateModel(
                    name='Membership',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('role', models.CharField(choices=[('owner', 'Owner'), ('admin', 'Admin'), ('manager', 'Manager'), ('responder', 'Responder'), ('observer', 'Observer')], default='responder', max_length=10, verbose_name='role')),
                        ('job_title', models.CharField(blank=True, max_length=100, verbose_name='job title')),
                        ('time_zone', models.CharField(default='UTC', max_length=64, validators=[accounts.models.account.validate_zone], verbose_name='time zone')),
                        ('deactivated_at', models.DateTimeField(blank=True, null=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='accounts.account')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                        ('given_name', models.CharField(blank=True, max_length=100)),
                    ],
                    options={
                        'ordering': ['user__name', 'id'],
                        'constraints': [models.UniqueConstraint(fields=('account', 'user'), name='membership_once')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='ContactMethod',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('kind', models.CharField(max_length=10, verbose_name='kind')),
                        ('label', models.CharField(blank=True, max_length=50, verbose_name='label')),
                        ('address', models.CharField(max_length=254, verbose_name='address')),
                        ('verified_at', models.DateTimeField(blank=True, null=True)),
                        ('added_by_other', models.BooleanField(default=False)),
                        ('disabled_at', models.DateTimeField(blank=True, null=True)),
                        ('disabled_reason', models.CharField(blank=True, max_length=200)),
                        ('last_delivery_at', models.DateTimeField(blank=True, null=True)),
                        ('last_tested_at', models.DateTimeField(blank=True, null=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contact_methods', to='accounts.account')),
                        ('membership', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='contact_methods', to='accounts.membership')),
                    ],
                    options={
                        'ordering': ['id'],
                        'constraints': [models.UniqueConstraint(fields=('membership', 'kind', 'address'), name='contact_method_once')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='AuditEntry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.DateTimeField()),
                        ('via', models.CharField(max_length=20)),
                        ('action', models.CharField(max_length=60)),
                        ('subject_id', models.CharField(blank=True, max_length=14)),
                        ('subject', models.CharField(blank=True, max_length=200)),
                        ('details', models.JSONField(blank=True, default=dict)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='audit_entries', to='accounts.account')),
                        ('membership', accounts.tenancy.TenantKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                    ],
                    options={
                        'ordering': ['-id'],
                        'verbose_name_plural': 'audit entries',
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='ApiKey',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('name', models.CharField(max_length=100, verbose_name='name')),
                        ('is_read_only', models.BooleanField(default=False, verbose_name='read-only')),
                        ('prefix', models.CharField(max_length=4)),
                        ('digest', models.CharField(max_length=64, unique=True)),
                        ('last_used_at', models.DateTimeField(blank=True, null=True)),
                        ('revoked_at', models.DateTimeField(blank=True, null=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_keys', to='accounts.account')),
                        ('created_by', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.membership')),
                        ('membership', accounts.tenancy.TenantKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='api_keys', to='accounts.membership')),
                    ],
                    options={
                        'ordering': ['-id'],
                        'verbose_name': 'API key',
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='NotificationRule',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('urgency', models.CharField(choices=[('high', 'High'), ('low', 'Low')], default='high', max_length=4, verbose_name='urgency')),
                        ('delay_minutes', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(1440)], verbose_name='after')),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notification_rules', to='accounts.account')),
                        ('contact_method', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='notification_rules', to='accounts.contactmethod')),
                        ('membership', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='notification_rules', to='accounts.membership')),
                    ],
                    options={
                        'ordering': ['delay_minutes', 'id'],
                        'constraints': [models.UniqueConstraint(fields=('membership', 'contact_method', 'urgency', 'delay_minutes'), name='notification_rule_once')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Priority',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('name', models.CharField(max_length=20, verbose_name='name')),
                        ('description', models.CharField(blank=True, max_length=200, verbose_name='description')),
                        ('position', models.PositiveSmallIntegerField()),
                        ('color', models.CharField(blank=True, max_length=6)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='priorities', to='accounts.account')),
                    ],
                    options={
                        'ordering': ['position'],
                        'constraints': [models.UniqueConstraint(fields=('account', 'name'), name='priority_name_once')],
                        'verbose_name_plural': 'priorities',
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Team',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('name', models.CharField(max_length=100, verbose_name='name')),
                        ('description', models.CharField(blank=True, max_length=1024, verbose_name='description')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='teams', to='accounts.account')),
                        ('members', models.ManyToManyField(related_name='teams', through='accounts.TeamMembership', to='accounts.membership')),
                    ],
                    options={
                        'ordering': ['name'],
                        'constraints': [models.UniqueConstraint(fields=('account', 'name'), name='team_name_once')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Invitation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('email', models.EmailField(max_length=254, verbose_name='e-mail address')),
                        ('name', models.CharField(blank=True, max_length=100, verbose_name='name')),
                        ('role', models.CharField(choices=[('owner', 'Owner'), ('admin', 'Admin'), ('manager', 'Manager'), ('responder', 'Responder'), ('observer', 'Observer')], default='responder', max_length=10, verbose_name='role')),
                        ('token_digest', models.CharField(max_length=64, unique=True)),
                        ('expires_at', models.DateTimeField()),
                        ('accepted_at', models.DateTimeField(blank=True, null=True)),
                        ('revoked_at', models.DateTimeField(blank=True, null=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='accounts.account')),
                        ('invited_by', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.membership')),
                        ('team', accounts.tenancy.TenantKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.team')),
                    ],
                    options={
                        'ordering': ['-id'],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='TeamMembership',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='team_memberships', to='accounts.account')),
                        ('membership', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='places', to='accounts.membership')),
                        ('team', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='places', to='accounts.team')),
                        ('part', models.CharField(choices=[('manager', 'Manager'), ('responder', 'Responder'), ('observer', 'Observer')], default='observer', max_length=9)),
                    ],
                    options={
                        'ordering': ['id'],
                        'constraints': [models.UniqueConstraint(fields=('team', 'membership'), name='team_place_once')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Verification',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code_digest', models.CharField(max_length=64)),
                        ('expires_at', models.DateTimeField()),
                        ('attempts_left', models.PositiveSmallIntegerField(default=5)),
                        ('used_at', models.DateTimeField(blank=True, null=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='verifications', to='accounts.account')),
                        ('contact_method', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='verifications', to='accounts.contactmethod')),
                    ],
                    options={
                        'ordering': ['-id'],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='HandOffRule',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('when', models.CharField(choices=[('start', 'a shift of mine starts'), ('end', 'a shift of mine ends')], default='start', max_length=5)),
                        ('minutes_ahead', models.PositiveSmallIntegerField(default=1440, validators=[django.core.validators.MaxValueValidator(2880)])),
                        ('taken_up_at', models.DateTimeField(blank=True, editable=False, null=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='handoff_rules', to='accounts.account')),
                        ('contact_method', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='handoff_rules', to='accounts.contactmethod')),
                        ('membership', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='handoff_rules', to='accounts.membership')),
                    ],
                    options={
                        'verbose_name': 'hand-off rule',
                        'ordering': ['-when', '-minutes_ahead', 'id'],
                        'indexes': [models.Index(condition=models.Q(('taken_up_at', None)), fields=['id'], name='handoff_rule_new')],
                        'constraints': [models.UniqueConstraint(fields=('membership', 'contact_method', 'when', 'minutes_ahead'), name='handoff_rule_once'), models.CheckConstraint(condition=models.Q(('minutes_ahead__lte', 2880)), name='handoff_rule_at_most_48_hours')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='PushSubscription',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('endpoint', models.URLField(max_length=1000)),
                        ('p256dh', models.CharField(max_length=200)),
                        ('auth', models.CharField(max_length=100)),
                        ('browser', models.CharField(blank=True, max_length=100)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='push_subscriptions', to='accounts.account')),
                        ('contact_method', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='push_subscriptions', to='accounts.contactmethod')),
                    ],
                    options={
                        'ordering': ['id'],
                        'constraints': [models.UniqueConstraint(fields=('contact_method',), name='push_subscription_once')],
                        'indexes': [models.Index(fields=['endpoint'], name='push_subscription_endpoint')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='QuotaUse',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('purpose', models.CharField(max_length=4)),
                        ('address_digest', models.CharField(max_length=64)),
                        ('country', models.CharField(blank=True, max_length=2)),
                        ('account_number', models.BigIntegerField()),
                        ('membership_number', models.BigIntegerField()),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'ordering': ['-at'],
                        'indexes': [models.Index(fields=['at'], name='quota_use_at')],
                    },
                ),
                migrations.CreateModel(
                    name='StatusUpdateRule',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='status_update_rules', to='accounts.account')),
                        ('contact_method', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='status_update_rules', to='accounts.contactmethod')),
                        ('membership', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='status_update_rules', to='accounts.membership')),
                    ],
                    options={
                        'ordering': ['id'],
                        'constraints': [models.UniqueConstraint(fields=('contact_method',), name='status_update_rule_once')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
            ]
        ),
    ]
