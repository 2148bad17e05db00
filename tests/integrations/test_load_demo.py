"""`load_demo`: a demo account that a newcomer can sign in to and be paged from."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts import keys
from accounts.models import Account
from incidents.models import Incident, Integration, Notification
from oncall import queries


@pytest.fixture
def load(capsys):
    """Run the command and read its last line."""

    def run(*arguments):
        call_command("load_demo", *arguments)
        said = capsys.readouterr()
        return json.loads(said.out.splitlines()[-1]), said.err

    return run


def test_the_owner_can_sign_in_and_is_on_call(load, client, db):
    made, _err = load()
    assert set(made) == {
        "url",
        "email",
        "password",
        "api_key",
        "integration_key",
        "subdomain",
    }
    assert client.login(username=made["email"], password=made["password"])
    account = Account.objects.get(is_demo=True)
    assert account.subdomain == made["subdomain"] == "demo"
    key = keys.authenticate(made["api_key"])
    assert key
    assert key.account == account
    assert Integration.across_accounts.get(key=made["integration_key"])
    schedule = account.schedules.get()
    assert schedule.layers.count() == 2
    now = timezone.now()
    [on_call] = queries.on_call(account, [schedule.pk], now).values()
    assert on_call
    assert on_call.email == made["email"]


def test_everybody_is_told_at_once_and_called_after_a_quarter_of_an_hour(load, db):
    load()
    account = Account.objects.get(is_demo=True)
    assert account.memberships.count() == 3
    for member in account.memberships.all():
        rules = member.notification_rules.filter(urgency="high")
        assert {(rule.contact_method.kind, rule.delay_minutes) for rule in rules} == {
            ("email", 0),
            ("sms", 0),
            ("voice", 15),
        }
        for method in member.contact_methods.exclude(kind="email"):
            # Reserved for fiction.
            assert method.address.startswith("+1202555010")


def test_the_past_is_over_and_pages_nobody(load, db):
    load()
    assert Incident.across_accounts.count() == 5
    assert set(Incident.across_accounts.values_list("status")) == {("resolved",)}
    assert not Notification.across_accounts.filter(status="planned").exists()
    assert Notification.across_accounts.filter(status="delivered").exists()
    latest = Incident.across_accounts.order_by("-created_at")[0]
    assert latest.created_at < timezone.now() - timedelta(days=1)


def test_a_second_time_changes_nothing(load, db):
    first, _err = load()
    second, said = load()
    assert "already" in said
    assert Account.objects.filter(is_demo=True).count() == 1
    assert second["email"] == first["email"]
    assert first["password"] not in json.dumps(second)
    assert first["api_key"] not in json.dumps(second)


def test_a_forgotten_password_is_replaced(load, client, db):
    first, _err = load()
    second, _err = load("--reset-password")
    assert not client.login(username=first["email"], password=first["password"])
    assert client.login(username=second["email"], password=second["password"])
    assert Account.objects.filter(is_demo=True).count() == 1
