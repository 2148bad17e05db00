"""What operators do with accounts and people."""

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.urls import reverse

from accounts.models import AuditEntry, User

ACCOUNTS = reverse("admin:accounts_account_changelist")


@pytest.fixture
def site(client, db):
    operator = User.objects.create_superuser("root@example.com", name="Olga Operator")
    client.force_login(operator)
    return client


def chosen(account, action: str, **fields) -> dict:
    return {"action": action, "_selected_action": [account.pk], **fields}


def test_suspending_asks_why_first(site, acme):
    answer = site.post(ACCOUNTS, chosen(acme.account, "suspend"))

    assert "Suspend 1 account?" in answer.content.decode()
    acme.account.refresh_from_db()
    assert acme.account.suspended_at is None


def test_suspending_needs_a_reason(site, acme):
    answer = site.post(
        ACCOUNTS, chosen(acme.account, "suspend", confirmed=1, reason="")
    )

    assert "This field is required" in answer.content.decode()
    acme.account.refresh_from_db()
    assert acme.account.suspended_at is None


def test_a_suspended_account_lets_nobody_in_until_it_is_unsuspended(site, acme, client):
    site.post(ACCOUNTS, chosen(acme.account, "suspend", confirmed=1, reason="Fraud"))
    acme.account.refresh_from_db()
    assert acme.account.suspended_reason == "Fraud"
    entry = AuditEntry.across_accounts.get(action="suspended account")
    assert (entry.via, entry.details["reason"]) == ("operator", "Fraud")
    assert entry.details["operator"] == "Olga Operator"
    alice = type(client)()
    alice.force_login(acme.alice.user)
    assert alice.get(reverse("people"))["Location"] == reverse("account_create")

    site.post(ACCOUNTS, chosen(acme.account, "unsuspend"))

    acme.account.refresh_from_db()
    assert (acme.account.suspended_at, acme.account.suspended_reason) == (None, "")
    assert alice.get(reverse("people")).status_code == 200


def test_limits_are_changed_with_an_audit_entry(site, acme):
    page = reverse("admin:accounts_account_change", args=[acme.account.pk])
    fields = {"name": "Acme", "events_per_minute": 100, "allowed_countries": "de, at"}

    site.post(page, fields)

    acme.account.refresh_from_db()
    assert acme.account.events_per_minute == 100
    assert acme.account.allowed_countries == ["AT", "DE"]
    entry = AuditEntry.across_accounts.get(action="changed account")
    assert entry.via == "operator"
    assert entry.details["fields"] == ["Events per minute", "Allowed countries"]


def test_a_country_that_does_not_exist_is_refused(site, acme):
    page = reverse("admin:accounts_account_change", args=[acme.account.pk])
    fields = {"name": "Acme", "events_per_minute": 100, "allowed_countries": "XX DE"}

    answer = site.post(page, fields)

    assert "Not a country: XX" in answer.content.decode()
    acme.account.refresh_from_db()
    assert acme.account.events_per_minute == 6000


def test_an_operator_makes_another_one(site):
    site.post(
        reverse("admin:accounts_user_add"),
        {
            "email": "Second@Example.com",
            "name": "Second",
            "usable_password": "true",
            "password1": "correct horse battery",
            "password2": "correct horse battery",
        },
    )
    user = User.objects.get(name="Second")
    page = reverse("admin:accounts_user_change", args=[user.pk])
    assert user.email == "second@example.com"

    site.post(
        page, {"email": user.email, "name": "Second", "is_active": 1, "is_staff": 1}
    )

    user.refresh_from_db()
    assert user.is_staff
    assert user.check_password("correct horse battery")


def test_somebody_with_fewer_rights_does_not_give_them_to_themselves(client, db):
    helper = User.objects.create_user(
        "helper@example.com", name="Helper", is_staff=True
    )
    helper.user_permissions.add(_permission("change_user"), _permission("view_user"))
    client.force_login(helper)
    page = reverse("admin:accounts_user_change", args=[helper.pk])

    client.post(page, {"email": helper.email, "name": "New", "is_superuser": 1})

    helper.refresh_from_db()
    assert helper.name == "New"
    assert not helper.is_superuser


def test_the_first_operator_is_made_on_the_command_line(db, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse battery")
    call_command(
        "createsuperuser", interactive=False, email="First@Example.com", name="First"
    )

    user = User.objects.get(email="first@example.com")
    assert (user.name, user.is_staff, user.is_superuser) == ("First", True, True)
    assert user.check_password("correct horse battery")


def _permission(name: str):
    return Permission.objects.get(codename=name)
