"""Every address asks who you are, and knows nothing of another account."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.architecture import routes

ROUTES = routes.every()
PAGES = [route for route in ROUTES if not route.has_token]

# The addresses that answer without asking who you are, and why.
PUBLIC = {
    "": "says what this is, and leads to sign-in and sign-up",
    "v2/enqueue": "the event carries an integration key",
    "v2/enqueue/": "the same",
    "generic/2010-04-15/create_event.json": "the event carries an integration key",
    "generic/2010-04-15/create_event.json/": "the same",
    "v2/change/enqueue": "the change carries an integration key",
    "v2/alerts": "an integration key comes in a header",
    "api/docs": "the same words for everybody",
    "api/openapi.json": "the same",
    "healthz": "asked by whatever watches the process; touches nothing",
    "readyz": "asked by whatever balances the load; says no account's business",
    "twilio/sms": "the provider signs it",
    "sw.js": "the same script for everybody",
    "manifest.webmanifest": "the same for everybody: how the installed app looks",
    "push/renew": "the browser shows the secret of its old subscription",
    "gateway/sms": "the same",
    "mail/events": "the provider shows its secret",
    "slack/oauth/callback": "it goes on only with a state of this browser's session",
    "slack/interactivity": "Slack signs it",
    "slack/events": "the same",
    "slack/commands": "the same",
    "mattermost/actions": "a button shows its secret",
    "connect": "a partner sends people here before they have signed in",
    "install/integration": "the same",
    "oauth/authorize": "the same; whoever comes by a sound link is asked to sign in",
    "oauth/token": "an app shows its secret, or a code that only it has",
    "oauth/revoke": "the same",
    "oauth/introspect": "the same",
    "oauth/userinfo": "an app shows a token",
    ".well-known/openid-configuration": "what any client reads before it begins",
    "global/oauth/anonymous/.well-known/openid-configuration": "the same",
    "global/oauth/anonymous/jwks": "the keys by which anybody checks a signature",
    "accounts/signup/": "this is how one becomes somebody",
    "styleguide/": "sample content; only where pages are being built",
}
# What an observer may change, by how the address begins, and why.
OBSERVER_MAY = {
    "v2/enqueue": "whoever holds an integration key may send events",
    "generic/": "the same",
    "v2/change/enqueue": "the same",
    "v2/alerts": "the same",
    "integration/%(key)s/": "the same",
    "me/": "their own profile",
    "incidents/%(number)s/subscribe/": "themselves to status updates",
    "keys/": "their own keys; another's is refused below",
    "calendar-feeds/": "links for their own calendar",
    "accounts/": "an account of their own, and which one they look at",
    "slack/link/": "which Slack account is theirs",
    "outbox/": "the account's own messages; only under `manage.py up`",
}
# Changed by the mere visit of a signed-in person, and no business of any account.
OF_SESSIONS = {"django_session", "usersessions_usersession", "account_emailaddress"}


@pytest.fixture(autouse=True)
def _local_outbox(settings):
    """Let the pages of the local outbox be there, as under `manage.py up`."""
    settings.EMBEDDED = True


@contextmanager
def undone() -> Iterator[None]:
    """Keep nothing of what happens inside."""
    # No `atomic`, because a scope is durable and refuses to stand in one.
    here = transaction.savepoint()
    yield
    transaction.savepoint_rollback(here)


def everything() -> dict[str, str]:
    """Take the fingerprint of each table."""
    tables = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    rows = "md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
    query = " UNION ALL ".join(
        f"SELECT '{table}', {rows} FROM \"{table}\" t"  # noqa: S608
        for table in sorted(tables - OF_SESSIONS)
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return dict(cursor.fetchall())


def changed(before: dict[str, str]) -> list[str]:
    """Name the tables that are not as they were."""
    after = everything()
    return [table for table in before if before[table] != after[table]]


def signed_in(client: Client, person) -> Client:
    client.raise_request_exception = False
    client.force_login(person.user)
    return client


def test_the_generator_knows_how_to_fill_every_address():
    assert len(ROUTES) > 50
    for route in ROUTES:
        # Raises LookupError, in words, for a gap that it does not know.
        assert isinstance(route.ids, tuple)


def test_the_exceptions_are_still_routes():
    templates = {route.template for route in ROUTES}

    assert set(PUBLIC) <= templates
    for beginning in OBSERVER_MAY:
        assert any(template.startswith(beginning) for template in templates)


@pytest.mark.promise(23)
@pytest.mark.django_db
def test_an_id_of_another_account_is_not_found(client, furnished):
    acme, globex = furnished
    signed_in(client, acme.alice)
    before, wrong = everything(), []
    for route in (route for route in ROUTES if route.ids):
        # Theirs at one place and ours at the others, too.
        for worlds in itertools.product((acme, globex), repeat=len(route.ids)):
            if globex not in worlds:
                continue
            for address in route.addresses(*worlds):
                for method in (client.get, client.post):
                    with undone():
                        status = method(address).status_code
                        if status not in (404, 405) or changed(before):
                            wrong.append((method.__name__, address, status))

    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.django_db
def test_an_id_of_ones_own_account_is_found(client, furnished):
    """Else the test above would pass for addresses that lead nowhere."""
    acme, _globex = furnished
    signed_in(client, acme.alice)
    wrong = []
    for route in (route for route in ROUTES if route.ids):
        for address in route.addresses(*[acme] * len(route.ids)):
            found = []
            for method in (client.get, client.post):
                with undone():
                    found.append(method(address).status_code)
            if 404 in found or max(found) >= 500 or found == [405, 405]:
                wrong.append((address, found))

    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.django_db
def test_a_stranger_is_asked_to_sign_in(client, furnished):
    acme, _globex = furnished
    sign_in, wrong = reverse("account_login"), []
    for route in (route for route in PAGES if route.template not in PUBLIC):
        for address in route.addresses(*[acme] * len(route.ids)):
            with undone():
                answers = [client.get(address), client.post(address)]
            asked = [a for a in answers if a.get("Location", "").startswith(sign_in)]
            if not asked or any(a.status_code not in (302, 405) for a in answers):
                wrong.append((address, [a.status_code for a in answers]))

    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.django_db
@pytest.mark.parametrize("template", PUBLIC)
def test_a_public_address_changes_nothing_for_a_stranger(template, client, furnished):
    client.raise_request_exception = False
    before = everything()

    for method in (client.get, client.post):
        status = method(f"/{template}").status_code
        assert status < 500 or template == "readyz"
        assert changed(before) == []


@pytest.mark.django_db
def test_a_made_up_token_opens_nothing(client, furnished):
    acme, _globex = furnished
    wrong = []
    for person in (None, acme.alice):
        browser = signed_in(Client(), person) if person else Client()
        before = everything()
        for route in (route for route in ROUTES if route.has_token):
            for address in route.addresses():
                for method in (browser.get, browser.post):
                    with undone():
                        status = method(address).status_code
                        if status not in (401, 403, 404, 405, 410) or changed(before):
                            wrong.append((address, status))

    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.promise(17)
@pytest.mark.django_db
def test_looking_changes_nothing(client, furnished):
    acme, _globex = furnished
    signed_in(client, acme.alice)
    before, wrong = everything(), []
    for route in ROUTES:
        for address in route.addresses(*[acme] * len(route.ids)):
            for method in (client.get, client.head, client.options):
                with undone():
                    status = method(address).status_code
                    tables = changed(before)
                if tables or (status >= 500 and not address.startswith("/readyz")):
                    wrong.append((method.__name__, address, status, tables))

    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.django_db
def test_an_observer_changes_nothing_but_what_is_their_own(client, furnished):
    acme, _globex = furnished
    olga = factories.person(acme.account, "Olga", "observer")
    signed_in(client, olga)
    before, wrong = everything(), []
    for route in PAGES:
        if route.template.startswith(tuple(OBSERVER_MAY)):
            continue
        # A page that anybody may look at ignores what is posted to it.
        right = range(500) if route.asks_for in ("", "view") else (403, 404, 405)
        for address in route.addresses(*[acme] * len(route.ids)):
            with undone():
                status = client.post(address).status_code
                tables = changed(before)
            if tables or not (status in right or address == "/readyz"):
                wrong.append((address, status, tables))

    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.django_db
def test_an_observer_cannot_end_the_key_of_somebody_else(client, furnished):
    acme, _globex = furnished
    signed_in(client, factories.person(acme.account, "Olga", "observer"))
    key = acme.account.api_keys.get()

    answer = client.post(reverse("api_key_revoke", args=[key.public_id]))

    assert answer.status_code == 403
    key.refresh_from_db()
    assert key.revoked_at is None
