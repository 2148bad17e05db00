"""Makes a new database the tables of apps, webhooks and extensions, in one step.

A database that has taken some of the replaced steps takes the rest of them instead.
"""

import accounts.ids
import accounts.tenancy
import django.db.models.deletion
import django.db.models.manager
import integrations.models.app
import oauth2_provider.generators
import oauth2_provider.models
import uuid
from django.conf import settings
from django.db import migrations, models

from accounts.founding import CreateModels


class Migration(migrations.Migration):

    replaces = [
        ('integrations', '0001_initial'),
        ('integrations', '0002_connection_token'),
        ('integrations', '0003_provider_states'),
        ('integrations', '0004_app_secrets_and_calls'),
        ('integrations', '0005_webhooks'),
        ('integrations', '0006_delegations'),
        ('integrations', '0007_extensions'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed_0013_status_update_rules'),
        ('incidents', '0001_squashed_0014_grouping_names'),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='App',
                    fields=[
                        ('id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('redirect_uris', models.TextField(blank=True, help_text='Allowed URIs list, space separated', verbose_name='redirect URIs')),
                        ('post_logout_redirect_uris', models.TextField(blank=True, default='', help_text='Allowed Post Logout URIs list, space separated', verbose_name='post logout redirect URIs')),
                        ('client_type', models.CharField(choices=[('confidential', 'Confidential'), ('public', 'Public')], max_length=32, verbose_name='client type')),
                        ('authorization_grant_type', models.CharField(choices=[('authorization-code', 'Authorization code'), ('urn:ietf:params:oauth:grant-type:device_code', 'Device Code'), ('implicit', 'Implicit'), ('password', 'Resource owner password-based'), ('client-credentials', 'Client credentials'), ('openid-hybrid', 'OpenID connect hybrid')], max_length=44, verbose_name='authorization grant type')),
                        ('client_secret', oauth2_provider.models.ClientSecretField(blank=True, db_index=True, default=oauth2_provider.generators.generate_client_secret, help_text='Client secret for authentication', max_length=255, verbose_name='client secret')),
                        ('hash_client_secret', models.BooleanField(default=True, verbose_name='hash client secret')),
                        ('name', models.CharField(blank=True, max_length=255, verbose_name='name')),
                        ('skip_authorization', models.BooleanField(default=False, verbose_name='skip authorization')),
                        ('created', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                        ('updated', models.DateTimeField(auto_now=True, verbose_name='updated')),
                        ('algorithm', models.CharField(blank=True, choices=[('', 'No OIDC support'), ('RS256', 'RSA with SHA-2 256'), ('HS256', 'HMAC with SHA-2 256')], default='', max_length=5, verbose_name='algorithm')),
                        ('allowed_origins', models.TextField(blank=True, default='', help_text='Allowed origins list to enable CORS, space separated', verbose_name='allowed origins')),
                        ('registration_source', models.CharField(choices=[('manual', 'Manual'), ('dcr', 'Dynamic Client Registration'), ('cimd', 'Client ID Metadata Document')], default='manual', help_text='How this application was registered (manual, DCR per RFC 7591, or CIMD)', max_length=32, verbose_name='registration source')),
                        ('cimd_expires_at', models.DateTimeField(blank=True, default=None, help_text='When the cached Client ID Metadata Document should be re-fetched', null=True, verbose_name='CIMD expires at')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('client_id', models.CharField(default=integrations.models.app.client_id, max_length=100, unique=True)),
                        ('vendor_key', models.CharField(default=integrations.models.app.vendor_key, max_length=20, unique=True)),
                        ('description', models.TextField(blank=True, verbose_name='description')),
                        ('website', models.URLField(blank=True, verbose_name='website')),
                        ('logo_url', models.URLField(blank=True, verbose_name='logo')),
                        ('has_events', models.BooleanField(default=True, verbose_name='sends events')),
                        ('is_verified', models.BooleanField(default=False, verbose_name='verified publisher')),
                        ('disabled_at', models.DateTimeField(blank=True, null=True)),
                        ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='apps', to='accounts.account')),
                        ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                        ('kind', models.CharField(blank=True, choices=[(None, 'No OAuth'), ('classic', 'Classic: reads, or reads and writes'), ('scoped', 'Scoped: only what each scope names')], default='', max_length=7, verbose_name='OAuth')),
                        ('scopes', models.TextField(blank=True, default='', verbose_name='scopes')),
                    ],
                    options={
                        'ordering': ['name'],
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='Connection',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='connections', to='accounts.account')),
                        ('app', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='connections', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                        ('connected_by', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.membership')),
                        ('integration', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='connections', to='incidents.integration')),
                        ('token', models.CharField(blank=True, editable=False, max_length=32)),
                    ],
                    options={
                        'ordering': ['-id'],
                        'indexes': [models.Index(fields=['account', 'token'], name='connection_token')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Grant',
                    fields=[
                        ('id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('code', models.CharField(max_length=255, unique=True, verbose_name='code')),
                        ('expires', models.DateTimeField(verbose_name='expires')),
                        ('redirect_uri', models.TextField(verbose_name='redirect URI')),
                        ('scope', models.TextField(blank=True, verbose_name='scope')),
                        ('created', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                        ('updated', models.DateTimeField(auto_now=True, verbose_name='updated')),
                        ('code_challenge', models.CharField(blank=True, default='', max_length=128, verbose_name='code challenge')),
                        ('code_challenge_method', models.CharField(blank=True, choices=[('plain', 'plain'), ('S256', 'S256')], default='', max_length=10, verbose_name='code challenge method')),
                        ('nonce', models.CharField(blank=True, default='', max_length=255, verbose_name='nonce')),
                        ('claims', models.TextField(blank=True, verbose_name='claims')),
                        ('resource', oauth2_provider.models.ResourceJSONField(blank=True, default=list, verbose_name='resource')),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.account')),
                        ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL, verbose_name='application')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                        ('delegation', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='integrations.delegation')),
                        ('family', models.UUIDField(default=uuid.uuid4, editable=False)),
                        ('used_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='IDToken',
                    fields=[
                        ('id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('jti', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='JWT Token ID')),
                        ('expires', models.DateTimeField(verbose_name='expires')),
                        ('scope', models.TextField(blank=True, verbose_name='scope')),
                        ('created', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                        ('updated', models.DateTimeField(auto_now=True, verbose_name='updated')),
                        ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.account')),
                        ('application', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL, verbose_name='application')),
                        ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='AccessToken',
                    fields=[
                        ('id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('token', models.TextField(verbose_name='token')),
                        ('token_checksum', oauth2_provider.models.TokenChecksumField(db_index=True, max_length=64, unique=True, verbose_name='token checksum')),
                        ('expires', models.DateTimeField(verbose_name='expires')),
                        ('scope', models.TextField(blank=True, verbose_name='scope')),
                        ('resource', oauth2_provider.models.ResourceJSONField(blank=True, default=list, verbose_name='resource')),
                        ('created', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                        ('updated', models.DateTimeField(auto_now=True, verbose_name='updated')),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.account')),
                        ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                        ('application', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL, verbose_name='application')),
                        ('id_token', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='access_token', to=settings.OAUTH2_PROVIDER_ID_TOKEN_MODEL, verbose_name='ID token')),
                        ('source_refresh_token', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='refreshed_access_token', to=settings.OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL, verbose_name='source refresh token')),
                        ('delegation', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='access_tokens', to='integrations.delegation')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='OutboxMessage',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('email', 'E-mail'), ('sms', 'Text message'), ('call', 'Call')], max_length=5)),
                        ('is_reply', models.BooleanField(default=False)),
                        ('sender', models.CharField(max_length=254)),
                        ('recipient', models.CharField(max_length=254)),
                        ('subject', models.CharField(blank=True, max_length=500)),
                        ('text', models.TextField(blank=True)),
                        ('html', models.TextField(blank=True)),
                        ('headers', models.JSONField(blank=True, default=dict)),
                        ('parameters', models.JSONField(blank=True, default=dict)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'ordering': ['-id'],
                        'indexes': [models.Index(fields=['kind', 'recipient'], name='integration_kind_5ce980_idx')],
                    },
                ),
                migrations.CreateModel(
                    name='RefreshToken',
                    fields=[
                        ('id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('token', models.TextField(verbose_name='token')),
                        ('token_checksum', oauth2_provider.models.TokenChecksumField(max_length=64, verbose_name='token checksum')),
                        ('token_family', models.UUIDField(blank=True, editable=False, null=True, verbose_name='token family')),
                        ('resource', oauth2_provider.models.ResourceJSONField(blank=True, default=list, verbose_name='resource')),
                        ('created', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                        ('updated', models.DateTimeField(auto_now=True, verbose_name='updated')),
                        ('revoked', models.DateTimeField(null=True, verbose_name='revoked')),
                        ('access_token', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='refresh_token', to=settings.OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL, verbose_name='access token')),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.account')),
                        ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL, verbose_name='application')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                        ('delegation', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='refresh_tokens', to='integrations.delegation')),
                        ('scope', models.TextField(blank=True)),
                        ('expires_at', models.DateTimeField()),
                        ('window_ends_at', models.DateTimeField()),
                    ],
                    options={
                        'abstract': False,
                        'indexes': [models.Index(fields=['token_family'], name='integration_token_f_99a030_idx')],
                        'unique_together': {('token_checksum', 'revoked')},
                    },
                ),
                migrations.CreateModel(
                    name='ProviderState',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('provider', models.CharField(max_length=20)),
                        ('kind', models.CharField(max_length=10)),
                        ('failures', models.PositiveIntegerField(default=0)),
                        ('last_failure_at', models.DateTimeField(blank=True, null=True)),
                        ('last_success_at', models.DateTimeField(blank=True, null=True)),
                        ('last_error', models.CharField(blank=True, max_length=300)),
                        ('demoted_until', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['kind', 'provider'],
                        'constraints': [models.UniqueConstraint(fields=('provider', 'kind'), name='provider_state_once')],
                    },
                ),
                migrations.CreateModel(
                    name='AppSecret',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('prefix', models.CharField(max_length=6, verbose_name='begins with')),
                        ('digest', models.CharField(max_length=64, unique=True)),
                        ('created_at', models.DateTimeField()),
                        ('last_used_at', models.DateTimeField(blank=True, null=True)),
                        ('revoked_at', models.DateTimeField(blank=True, null=True)),
                        ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='app_secrets', to='accounts.account')),
                        ('app', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='secrets', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                        ('created_by', accounts.tenancy.TenantKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.membership')),
                    ],
                    options={
                        'ordering': ['-id'],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='AppCall',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.DateTimeField()),
                        ('call', models.CharField(max_length=100)),
                        ('status', models.PositiveSmallIntegerField()),
                        ('detail', models.CharField(blank=True, max_length=200)),
                        ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='app_calls', to='accounts.account')),
                        ('app', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calls', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                    ],
                    options={
                        'ordering': ['-id'],
                        'indexes': [models.Index(fields=['app', 'account', '-id'], name='app_call_last')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='WebhookSubscription',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('delivery_method_id', models.CharField(default=accounts.ids.public_id, editable=False, max_length=14, unique=True)),
                        ('description', models.TextField(blank=True, verbose_name='description')),
                        ('url', models.CharField(max_length=1000, verbose_name='address')),
                        ('events', models.JSONField(default=list, verbose_name='events')),
                        ('filter_type', models.CharField(choices=[('account', 'The whole account'), ('service', 'One service'), ('team', 'One team')], default='account', max_length=7, verbose_name='of')),
                        ('filter_id', models.CharField(blank=True, max_length=14)),
                        ('sealed_headers', models.TextField(blank=True)),
                        ('is_active', models.BooleanField(default=True, verbose_name='active')),
                        ('disabled_until', models.DateTimeField(blank=True, null=True)),
                        ('disabled_reason', models.CharField(blank=True, max_length=300)),
                        ('drops', models.PositiveIntegerField(default=0)),
                        ('told_at', models.DateTimeField(blank=True, null=True)),
                        ('last_success_at', models.DateTimeField(blank=True, null=True)),
                        ('last_error_at', models.DateTimeField(blank=True, null=True)),
                        ('last_error', models.CharField(blank=True, max_length=300)),
                        ('created_at', models.DateTimeField()),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='webhook_subscriptions', to='accounts.account')),
                        ('created_by', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.membership')),
                        ('service', accounts.tenancy.TenantKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='webhook_subscriptions', to='incidents.service')),
                        ('team', accounts.tenancy.TenantKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='webhook_subscriptions', to='accounts.team')),
                        ('extension', accounts.tenancy.TenantKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='integrations.extension')),
                    ],
                    options={
                        'ordering': ['id'],
                        'indexes': [models.Index(condition=models.Q(('disabled_until__isnull', False)), fields=['disabled_until'], name='webhook_disabled')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='WebhookSecret',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('sealed', models.TextField()),
                        ('prefix', models.CharField(max_length=4)),
                        ('created_at', models.DateTimeField()),
                        ('revoked_at', models.DateTimeField(blank=True, null=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='webhook_secrets', to='accounts.account')),
                        ('created_by', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.membership')),
                        ('subscription', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='secrets', to='integrations.webhooksubscription')),
                    ],
                    options={
                        'ordering': ['id'],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='WebhookDelivery',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('event_id', models.UUIDField(default=uuid.uuid4)),
                        ('event_type', models.CharField(max_length=50)),
                        ('resource', models.CharField(max_length=40)),
                        ('body', models.TextField()),
                        ('state', models.CharField(choices=[('waiting', 'Waiting'), ('held', 'Held'), ('delivered', 'Delivered'), ('dropped', 'Given up')], default='waiting', max_length=9)),
                        ('occurred_at', models.DateTimeField()),
                        ('created_at', models.DateTimeField()),
                        ('due_at', models.DateTimeField(blank=True, null=True)),
                        ('lease', models.UUIDField(blank=True, null=True)),
                        ('leased_until', models.DateTimeField(blank=True, null=True)),
                        ('expires_at', models.DateTimeField()),
                        ('attempts', models.PositiveIntegerField(default=0)),
                        ('last_attempt_at', models.DateTimeField(blank=True, null=True)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('last_status', models.PositiveSmallIntegerField(blank=True, null=True)),
                        ('last_error', models.CharField(blank=True, max_length=300)),
                        ('last_answer', models.TextField(blank=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='webhook_deliveries', to='accounts.account')),
                        ('replay_of', accounts.tenancy.TenantKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='replays', to='integrations.webhookdelivery')),
                        ('subscription', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='integrations.webhooksubscription')),
                        ('last_took', models.DurationField(blank=True, null=True)),
                    ],
                    options={
                        'verbose_name_plural': 'webhook deliveries',
                        'ordering': ['-id'],
                        'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['subscription', 'due_at', 'id'], name='webhook_due'), models.Index(condition=models.Q(('lease__isnull', False)), fields=['subscription', 'leased_until'], name='webhook_leased'), models.Index(condition=models.Q(('state__in', ['waiting', 'held'])), fields=['subscription', 'resource', 'id'], name='webhook_order'), models.Index(fields=['subscription', '-id'], name='webhook_log'), models.Index(condition=models.Q(('ended_at__isnull', False)), fields=['ended_at'], name='webhook_ended')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('due_at__isnull', False), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('due_at', None)), _connector='OR'), name='webhook_due_only_if_waiting')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Delegation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('scope', models.TextField(blank=True)),
                        ('created_at', models.DateTimeField()),
                        ('last_used_at', models.DateTimeField(blank=True, null=True)),
                        ('revoked_at', models.DateTimeField(blank=True, null=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='delegations', to='accounts.account')),
                        ('app', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='delegations', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                        ('granted_by', accounts.tenancy.TenantKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.membership')),
                        ('membership', accounts.tenancy.TenantKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='delegations', to='accounts.membership')),
                    ],
                    options={
                        'ordering': ['-id'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('account', 'app', 'membership'), name='delegation_once', nulls_distinct=False)],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Extension',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.CharField(default=accounts.ids.public_id, max_length=14, unique=True)),
                        ('schema', models.CharField(max_length=40)),
                        ('name', models.CharField(max_length=100, verbose_name='name')),
                        ('endpoint_url', models.CharField(blank=True, max_length=1000, verbose_name='address')),
                        ('config', models.JSONField(blank=True, default=dict)),
                        ('created_at', models.DateTimeField()),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='extensions', to='accounts.account')),
                        ('created_by', accounts.tenancy.TenantKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.membership')),
                    ],
                    options={
                        'ordering': ['name', 'id'],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
                migrations.CreateModel(
                    name='ExtendedService',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='extended_services', to='accounts.account')),
                        ('service', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='extended_services', to='incidents.service')),
                        ('extension', accounts.tenancy.TenantKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='extended_services', to='integrations.extension')),
                    ],
                    options={
                        'ordering': ['id'],
                        'constraints': [models.UniqueConstraint(fields=('extension', 'service'), name='extended_service_once')],
                    },
                    managers=[
                        ('across_accounts', django.db.models.manager.Manager()),
                    ],
                ),
            ]
        ),
    ]
