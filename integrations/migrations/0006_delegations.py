"""Delegations, and tokens that belong to one."""

import uuid

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

import accounts.ids
import accounts.tenancy


def _key(name):
    return accounts.tenancy.TenantKey(
        db_constraint=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name=name,
        to="integrations.delegation",
    )


def _account():
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to="accounts.account",
    )


class Migration(migrations.Migration):
    # Nobody could get a token before: the tables are empty, so columns need no default.
    dependencies = [
        ("accounts", "0010_has_listeners"),
        ("integrations", "0005_webhooks"),
    ]

    operations = [
        migrations.AddField(
            model_name="app",
            name="kind",
            field=models.CharField(
                blank=True,
                choices=[
                    (None, "No OAuth"),
                    ("classic", "Classic: reads, or reads and writes"),
                    ("scoped", "Scoped: only what each scope names"),
                ],
                default="",
                max_length=7,
                verbose_name="OAuth",
            ),
        ),
        migrations.AddField(
            model_name="app",
            name="scopes",
            field=models.TextField(blank=True, default="", verbose_name="scopes"),
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=accounts.ids.public_id, max_length=14, unique=True
                    ),
                ),
                ("scope", models.TextField(blank=True)),
                ("created_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="delegations",
                        to="accounts.account",
                    ),
                ),
                (
                    "app",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="delegations",
                        to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                    ),
                ),
                (
                    "granted_by",
                    accounts.tenancy.TenantKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "membership",
                    accounts.tenancy.TenantKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="delegations",
                        to="accounts.membership",
                    ),
                ),
            ],
            options={"ordering": ["-id"]},
            managers=[("across_accounts", django.db.models.manager.Manager())],
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revoked_at", None)),
                fields=("account", "app", "membership"),
                name="delegation_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AlterField(model_name="grant", name="account", field=_account()),
        migrations.AlterField(
            model_name="accesstoken", name="account", field=_account()
        ),
        migrations.AlterField(
            model_name="refreshtoken", name="account", field=_account()
        ),
        migrations.AddField(
            model_name="grant", name="delegation", field=_key("codes")
        ),
        migrations.AddField(
            model_name="grant",
            name="family",
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
        migrations.AddField(
            model_name="grant",
            name="used_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="accesstoken", name="delegation", field=_key("access_tokens")
        ),
        migrations.AddField(
            model_name="refreshtoken", name="delegation", field=_key("refresh_tokens")
        ),
        migrations.AddField(
            model_name="refreshtoken",
            name="scope",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="refreshtoken",
            name="expires_at",
            field=models.DateTimeField(),
        ),
        migrations.AddField(
            model_name="refreshtoken",
            name="window_ends_at",
            field=models.DateTimeField(),
        ),
    ]
