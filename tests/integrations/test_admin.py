"""How operators register a partner's app."""

import re

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, User
from integrations import app_secrets
from integrations.models import App, AppSecret
from tests.factories import NOON

APPS = reverse("admin:integrations_app_changelist")
ADD = reverse("admin:integrations_app_add")


@pytest.fixture
def site(client, db):
    operator = User.objects.create_superuser("root@example.com", name="Olga Operator")
    client.force_login(operator)
    return client


def partner(**fields) -> dict:
    return {
        "name": "Monitoring Inc",
        "redirect_uris": "https://monitoring.example/callback",
        "client_type": "confidential",
        "authorization_grant_type": "authorization-code",
        "has_events": 1,
        **fields,
    }


def test_a_public_app_is_registered_and_may_connect(site, acme):
    site.post(ADD, partner())

    app = App.objects.get()
    assert app.account is None
    page = site.get(reverse("admin:integrations_app_change", args=[app.pk]))
    html = page.content.decode()
    assert f"/connect?vendor={app.vendor_key}&amp;callback=https://monitoring" in html
    assert app.client_secret not in html
    site.force_login(acme.alice.user)
    asked = site.get(
        "/connect",
        {"vendor": app.vendor_key, "callback": "https://monitoring.example/callback"},
    )
    assert "Monitoring Inc" in asked.content.decode()


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://monitoring.example/callback", "Use https://"),
        ("https://monitoring.example/callback?a=1", "Leave out what follows the ?"),
        ("https://monitoring.example", "Add a path"),
        ("javascript:alert(1)", "Begin the address with https://"),
    ],
)
def test_an_address_that_nobody_may_register_is_refused(site, address, why):
    both = f"https://monitoring.example/callback\n{address}"

    html = site.post(ADD, partner(redirect_uris=both)).content.decode()

    assert why in html
    # What was typed is still there.
    assert address.replace("&", "&amp;") in html
    assert not App.objects.exists()


def test_an_app_needs_a_name_and_an_address(site):
    html = site.post(ADD, partner(name="", redirect_uris="")).content.decode()

    assert html.count("This field is required") == 2
    assert not App.objects.exists()


def test_addresses_are_shown_and_kept_one_by_one(site):
    two = "https://a.example/x\r\nhttps://b.example/y\r\nhttps://a.example/x"
    site.post(ADD, partner(redirect_uris=two))

    app = App.objects.get()
    page = site.get(reverse("admin:integrations_app_change", args=[app.pk]))

    assert app.redirect_uris == "https://a.example/x https://b.example/y"
    assert "https://a.example/x\nhttps://b.example/y" in page.content.decode()


def test_a_change_of_an_accounts_app_is_in_its_audit_log(site, acme):
    site.post(ADD, partner(account=acme.account.pk))
    app = App.objects.get()
    page = reverse("admin:integrations_app_change", args=[app.pk])
    secret = app.client_secret

    site.post(page, partner(account=acme.account.pk, name="Monitoring Ltd"))

    app.refresh_from_db()
    assert app.name == "Monitoring Ltd"
    assert app.client_secret == secret
    entries = AuditEntry.across_accounts.order_by("id").values_list("action", "via")
    assert list(entries) == [("added app", "operator"), ("changed app", "operator")]


@pytest.fixture
def public_app(db) -> App:
    return App.objects.create(
        name="Public", kind=App.Kind.CLASSIC, client_type=App.CLIENT_CONFIDENTIAL
    )


def act(site, model, action, row, **more):
    """Choose a row of a list, and do something with it."""
    address = reverse(f"admin:integrations_{model}_changelist")
    return site.post(address, {"action": action, "_selected_action": row.pk, **more})


def test_a_public_app_gets_a_secret_that_is_shown_once(site, public_app):
    asked = act(site, "app", "make_secret", public_app)
    assert "It is shown once" in asked.text
    assert not AppSecret.across_accounts.exists()

    made = act(site, "app", "make_secret", public_app, confirmed="yes")
    row = AppSecret.across_accounts.get()
    [secret] = [word for word in re.findall(r"\w{40}", made.text) if row.prefix in word]
    assert app_secrets.matches(public_app, secret, at=NOON)
    assert "no-store" in made["Cache-Control"]
    for page in ("app", "appsecret"):
        again = site.get(reverse(f"admin:integrations_{page}_changelist"))
        assert secret not in again.text


def test_a_third_secret_is_refused_and_one_may_be_revoked(site, public_app):
    for _number in range(3):
        answer = act(site, "app", "make_secret", public_app, confirmed="yes")
    page = site.get(answer["Location"]).text
    assert "The app has two valid secrets." in page
    row = AppSecret.across_accounts.first()
    assert "get no tokens" in act(site, "appsecret", "revoke", row).text
    act(site, "appsecret", "revoke", row, confirmed="yes")
    assert app_secrets.valid(public_app).count() == 1


def test_an_operator_gives_an_app_scopes_that_there_are(site):
    html = site.post(ADD, partner(kind="scoped", scopes="incidents.fly")).text
    assert "There is no scope incidents.fly." in html
    site.post(ADD, partner(kind="scoped", scopes="incidents.read users.read"))
    assert App.objects.get().scopes == "incidents.read users.read"
