"""The connect flow of people who are not signed in yet, or in another account."""

import secrets
import time

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.test import Client

from accounts.models import Account, User
from integrations.models import Connection
from tests import factories
from tests.integrations.connecting import (
    connect_url,
    finish,
    install_url,
    make_app,
    query_of,
)

NEWCOMER = {
    "name": "Dana Fox",
    "password1": "a horse named Battery",
    "account_name": "Initech",
    "time_zone": "UTC",
}


@pytest.fixture
def app(db):
    """A public partner."""
    return make_app()


@pytest.fixture
def hosts(settings):
    """Each account has a host of its own."""
    settings.APP_DOMAIN = "oncall.example"
    settings.ALLOWED_HOSTS = [".oncall.example"]


@pytest.fixture
def email():
    """An address of its own for each test: mails to one address are limited."""
    return f"dana-{secrets.token_hex(4)}@initech.example"


def sign_up(client, url, email):
    """Follow the page's link to sign up, and fill the form in."""
    page = client.get(url)
    signup = page.context["signup_url"]
    form = client.get(signup)
    assert f'name="next" value="{escaped(url)}"' in form.text
    return client.post("/accounts/signup/", {**NEWCOMER, "email": email, "next": url})


def escaped(url):
    return url.replace("&", "&amp;")


class TestSignUp:
    def test_a_newcomer_signs_up_and_finishes(self, client, app, email):
        url = connect_url(app)
        assert sign_up(client, url, email)["Location"] == url
        policy = Account.objects.get(name="Initech").escalation_policies.get()
        done = finish(client, url, name="Shop", policy=policy.public_id)
        assert query_of(done)[1]["account"] == ["initech"]

    @pytest.mark.parametrize("tab", ["the same browser", "another browser"])
    def test_an_address_to_confirm_first_leads_back_too(
        self, client, app, settings, email, tab
    ):
        settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
        url = connect_url(app, "https://tool.example/oncall/callback?state=a%26b")
        sent = sign_up(client, url, email)
        assert sent["Location"] == "/accounts/confirm-email/"
        [message] = mail.outbox
        other = client if tab == "the same browser" else Client()
        link = message.body[message.body.index("/accounts/confirm-email/") :].split()[0]
        page = other.get(link)
        assert f'value="{escaped(url)}"' in page.text
        confirmed = other.post(link)
        assert confirmed["Location"] == url
        arrived = other.get(url)
        assert "Sign in" in arrived.text
        back = other.post(
            arrived.context["login_url"],
            {"login": email, "password": NEWCOMER["password1"]},
        )
        assert back["Location"] == url
        assert "Finish integration" in other.get(url).text

    def test_the_mails_link_leads_nowhere_else(self, client, app, settings, email):
        settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
        form = {**NEWCOMER, "email": email, "next": "https://evil.example/"}
        client.post("/accounts/signup/", form)
        assert "evil.example" not in mail.outbox[0].body


class TestSignIn:
    def test_a_second_factor_in_between_leads_back(self, client, acme, app):
        secret = "JBSWY3DPEHPK3PXP"
        Authenticator.objects.create(
            user=acme.alice.user,
            type=Authenticator.Type.TOTP,
            data={"secret": get_adapter().encrypt(secret)},
        )
        url = connect_url(app)
        login = client.get(url).context["login_url"]
        asked = client.post(
            login,
            {"login": acme.alice.user.email, "password": "correct horse battery"},
        )
        assert "2fa" in asked["Location"]
        code = _code_now(secret)
        answer = client.post(asked["Location"], {"code": code})
        assert answer["Location"] == url
        done = finish(client, url, service=acme.service.public_id)
        assert query_of(done)[1]["account"] == ["acme"]

    def test_a_person_without_an_account_cannot_have_another_accounts_app(
        self, client, acme
    ):
        app = make_app(account=acme.account)
        client.force_login(User.objects.create_user("carol@example.com", name="Carol"))
        answer = client.get(connect_url(app))
        assert answer.status_code == 400
        assert "Location" not in answer


class TestHosts:
    def test_the_host_chooses_the_account(self, client, acme, globex, app, hosts):
        globex.account.memberships.create(user=acme.alice.user, role="owner")
        client.force_login(acme.alice.user)
        for name in ("acme", "globex"):
            page = client.get(
                install_url(app), headers={"host": f"{name}.oncall.example"}
            )
            assert page.context["account"].subdomain == name
            assert "made for another account" not in page.text

    def test_a_host_of_an_account_one_is_not_in_is_told(self, client, acme, app, hosts):
        client.force_login(acme.alice.user)
        page = client.get(install_url(app), headers={"host": "globex.oncall.example"})
        assert "You are about to connect Acme" in page.text
        assert "made for another account" in page.text

    def test_going_on_in_another_account_goes_to_its_host(
        self, client, acme, globex, app, hosts
    ):
        globex.account.memberships.create(user=acme.alice.user, role="owner")
        client.force_login(acme.alice.user)
        url = install_url(app)
        moved = client.post(
            url,
            {"verb": "switch", "account": "globex"},
            headers={"host": "acme.oncall.example"},
        )
        assert moved["Location"] == f"http://globex.oncall.example{url}"
        assert not Connection.across_accounts.exists()


class TestWhoMay:
    def test_owners_and_admins_are_named_first_and_ten_at_most(self, client, acme, app):
        for number in range(12):
            factories.person(acme.account, f"Manager{number:02}", "manager")
        factories.person(acme.account, "Zoe", "admin")
        client.force_login(acme.bob.user)
        named = client.get(connect_url(app)).context["who_may"]
        assert len(named) == 10
        assert {named[0].name, named[1].name} == {"Alice", "Zoe"}


def _code_now(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))
