"""The walls between accounts stand around every table that belongs to accounts."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.utils import ProgrammingError

from accounts import ids, tenancy
from integrations.models import AccessToken, App, IDToken, RefreshToken
from tests.conftest import World

ROOT = Path(__file__).resolve().parents[2]
OURS = {"accounts", "oncall", "incidents", "integrations"}
TENANT_MODELS = sorted(tenancy.tenant_models(), key=lambda model: model._meta.label)
TENANT_KEYS = [
    (model, key) for model in TENANT_MODELS for key in tenancy.tenant_keys(model)
]
# Models of ours without an account, and why.
WITHOUT_ACCOUNT = {
    "accounts.Account": "is the account",
    "accounts.QuotaUse": "counts over all accounts, by digests of addresses",
    "accounts.User": "may be a member of several accounts",
    "incidents.EngineRun": "one engine works for all accounts",
    "incidents.Errand": "the same",
    "integrations.ProviderState": "one provider serves all accounts",
    "integrations.OutboxMessage": "belongs to the installation, as a provider's queue",
}
# Models whose package needs its own `objects`; row-level security still stands.
WITH_OBJECTS = {
    "integrations.App",
    "integrations.Grant",
    "integrations.AccessToken",
    "integrations.RefreshToken",
    "integrations.IDToken",
}
# Models with a key to an app, which may be public.
ABOUT_APPS = {
    "integrations.AppCall",
    "integrations.AppSecret",
    "integrations.Connection",
    "integrations.Delegation",
}
# Keys between tenant models that cannot be composite, and why.
PLAIN_KEYS = {
    "application": "an app may be public, without an account",
    "app": "an app may be public, without an account",
    "source_refresh_token": "made by the OAuth package, between its own tokens",
    "id_token": "made by the OAuth package, between its own tokens",
    "access_token": "made by the OAuth package, between its own tokens",
}


def label(value) -> str:
    return getattr(getattr(value, "_meta", None), "label", getattr(value, "name", ""))


def ask(query: str, *parameters) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()


def test_every_model_of_ours_belongs_to_an_account_or_says_why_not():
    without = {
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in OURS and model not in TENANT_MODELS
    }

    assert without == set(WITHOUT_ACCOUNT)


@pytest.mark.promise(23)
@pytest.mark.django_db
@pytest.mark.parametrize("model", TENANT_MODELS, ids=label)
def test_a_tenant_table_has_row_level_security_and_its_policy(model):
    security = ask(
        "SELECT relrowsecurity FROM pg_class WHERE oid = %s::regclass",
        model._meta.db_table,
    )
    policies = ask(
        "SELECT polname, polpermissive, polcmd, polroles = '{0}',"
        " pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)"
        " FROM pg_policy WHERE polrelid = %s::regclass",
        model._meta.db_table,
    )

    assert security == [(True,)]
    # Exactly one: permissive policies widen each other.
    (name, _permissive, command, for_all_roles, reading, writing) = policies[0]
    assert (len(policies), name, command, for_all_roles) == (
        1,
        "account_wall",
        "*",
        True,
    )
    assert "app.account" in reading
    assert reading == writing


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "key"), TENANT_KEYS, ids=label)
def test_a_key_between_rows_of_an_account_carries_the_account(model, key):
    definitions = ask(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype = 'f'",
        model._meta.db_table,
    )

    target = key.related_model._meta.db_table
    wanted = (
        f"FOREIGN KEY (account_id, {key.column}) REFERENCES {target}(account_id, id)"
    )
    assert any(definition.startswith(wanted) for (definition,) in definitions)


def test_every_key_between_tenant_models_is_a_tenant_key():
    plain = {
        (model._meta.label, field.name)
        for model in TENANT_MODELS
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey)
        and field.related_model in TENANT_MODELS
        and not isinstance(field, tenancy.TenantKey)
    }

    assert {name for _model, name in plain} <= set(PLAIN_KEYS)
    assert {model for model, _name in plain} <= WITH_OBJECTS | ABOUT_APPS


@pytest.mark.parametrize("model", TENANT_MODELS, ids=label)
def test_a_tenant_model_has_no_unscoped_manager(model):
    assert hasattr(model, "objects") == (model._meta.label in WITH_OBJECTS)
    assert model._default_manager.name in {"objects", "across_accounts"}


@pytest.mark.django_db
def test_the_applications_role_cannot_pass_the_walls():
    assert tenancy.unsafe_role() == ""


@pytest.mark.django_db
def test_both_accounts_of_these_tests_have_a_row_in_every_table(furnished):
    for world in furnished:
        empty = [
            model._meta.label
            for model in TENANT_MODELS
            if not model._default_manager.filter(account=world.account).exists()
        ]
        assert empty == [], "add a row of it to tests/architecture/furnish.py"


@pytest.mark.django_db
def test_without_a_scope_no_table_shows_a_row(furnished):
    tenancy._name("")

    assert _seen_accounts() == {model._meta.label: set() for model in TENANT_MODELS}


@pytest.mark.django_db
def test_a_scope_shows_rows_of_its_own_account_alone(furnished):
    acme, _globex = furnished
    with tenancy.scope(acme.account):
        seen = _seen_accounts()

    assert seen == {model._meta.label: {acme.account.pk} for model in TENANT_MODELS}


@pytest.mark.django_db
def test_a_scope_of_all_accounts_shows_both(furnished):
    with tenancy.all_accounts():
        seen = _seen_accounts()

    both = {world.account.pk for world in furnished}
    assert seen == {model._meta.label: both for model in TENANT_MODELS}


@pytest.mark.promise(23)
@pytest.mark.django_db
def test_a_scope_refuses_a_row_of_another_account(furnished):
    acme, globex = furnished
    for model in TENANT_MODELS:
        row = model._default_manager.filter(account=globex.account)[0]
        row.pk = None

        with pytest.raises(ProgrammingError, match="row-level security"):
            _insert_as(acme, row)


@pytest.mark.django_db
def test_a_scope_does_not_delete_rows_of_another_account(furnished):
    acme, globex = furnished
    for model in TENANT_MODELS:
        with tenancy.scope(acme.account), connection.cursor() as cursor:
            cursor.execute(
                f'DELETE FROM "{model._meta.db_table}" WHERE account_id = %s',  # noqa: S608
                [globex.account.pk],
            )
            assert cursor.rowcount == 0, model._meta.label


@pytest.mark.promise(23)
@pytest.mark.django_db
def test_a_row_cannot_point_into_another_account(furnished):
    acme, globex = furnished
    for model, key in TENANT_KEYS:
        targets = key.related_model._default_manager.filter(account=globex.account)
        # One that no other row of theirs has claimed for itself, if there is any.
        rows = model._default_manager.exclude(**{key.name: None})
        claimed = set(rows.values_list(key.attname, flat=True))
        theirs = targets.exclude(pk__in=claimed).last() or targets.latest("pk")

        with pytest.raises(IntegrityError, match="_wall"):
            _point(_row_of(acme, model, key), key, theirs.pk)


@pytest.mark.django_db
def test_a_row_may_point_to_its_own_account(furnished):
    acme, _globex = furnished
    for model, key in TENANT_KEYS:
        ours = key.related_model._default_manager.filter(account=acme.account)[0]
        row = _row_of(acme, model, key)

        _point(row, key, getattr(row, key.attname) or ours.pk)


@pytest.mark.django_db
def test_the_record_cannot_be_rewritten_by_the_application(furnished):
    rewritable = [
        model for model in TENANT_MODELS if getattr(model, "append_only", False)
    ]
    assert rewritable
    for model in rewritable:
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
        ):
            model._default_manager.update(account=models.F("account"))


@pytest.mark.django_db
def test_tokens_of_one_account_are_not_seen_by_another(furnished):
    acme, globex = furnished
    with tenancy.scope(acme.account):
        for model in (AccessToken, RefreshToken, IDToken):
            assert not model.objects.filter(account=globex.account).exists()


@pytest.mark.django_db
def test_a_public_app_is_seen_by_every_account(acme):
    public = App.objects.create(name="Public", client_type="public")
    with tenancy.scope(acme.account):
        assert App.objects.get() == public


@pytest.mark.django_db
def test_the_database_needs_no_extension():
    assert ask("SELECT extname FROM pg_extension") == [("plpgsql",)]


STARTS = {
    "web": "import oncall.wsgi",
    # What Celery calls before a worker takes its first task.
    "worker": "import oncall.celery, celery.signals as s; s.worker_init.send(None)",
}


@pytest.mark.django_db
@pytest.mark.parametrize("part", STARTS)
def test_nothing_starts_as_a_role_that_passes_the_walls(part):
    as_owner = _run(STARTS[part], os.environ["DATABASE_OWNER_URL"])

    assert as_owner.returncode != 0
    assert "OnCall refuses to start: role" in as_owner.stderr
    assert "owns the tables" in as_owner.stderr


@pytest.mark.django_db
@pytest.mark.parametrize("part", STARTS)
def test_everything_starts_as_the_applications_role(part):
    as_application = _run(STARTS[part], os.environ["DATABASE_URL"])

    assert as_application.returncode == 0, as_application.stderr


def _run(code: str, address: str) -> "subprocess.CompletedProcess[str]":
    name = f"/{connection.settings_dict['NAME']}"
    here = urlsplit(address)._replace(path=name).geturl()
    # An address without a host loses its slashes on the way.
    here = here if "://" in here else here.replace(":", "://", 1)
    return subprocess.run(  # noqa: S603
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "oncall.settings",
            "DATABASE_URL": here,
        },
        capture_output=True,
        text=True,
        timeout=60,
    )


def _seen_accounts() -> dict[str, set[int]]:
    return {
        model._meta.label: set(
            model._default_manager.order_by().values_list("account", flat=True)
        )
        for model in TENANT_MODELS
    }


def _row_of(world: World, model: type[models.Model], key: models.Field) -> models.Model:
    """Choose a row, one whose key is set if there is any."""
    rows = model._default_manager.filter(account=world.account)
    return rows.filter(**{f"{key.name}__isnull": False}).first() or rows[0]


def _insert_as(world: World, row: models.Model) -> None:
    with transaction.atomic():
        tenancy.enter(world.account)
        row.save(force_insert=True)


def _point(row: models.Model, key: models.Field, target: int) -> None:
    """Let the row point elsewhere, past every form and verb; nothing of it stays."""
    with transaction.atomic():
        if getattr(row, "append_only", False):
            row.pk = None
            if hasattr(row, "number"):
                # The copy is another version.
                row.number += 1
            if hasattr(row, "public_id"):
                row.public_id = ids.public_id()
            setattr(row, key.attname, target)
            row.save(force_insert=True)
        else:
            rows = type(row)._default_manager.filter(pk=row.pk)
            rows.update(**{key.attname: target})
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)
