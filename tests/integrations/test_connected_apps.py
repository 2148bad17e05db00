"""What apps can do in an account: seen by its people, ended by those who may."""

from datetime import timedelta

import pytest

from accounts.permissions import Actor
from integrations.models import AccessToken, App, RefreshToken
from integrations.oauth import delegations
from tests import factories
from tests.factories import NOON

LATER = NOON + timedelta(days=1)


@pytest.fixture
def app(db):
    """A public app, which every account may use."""
    return App.objects.create(
        name="Lighthouse",
        kind=App.Kind.SCOPED,
        scopes="incidents.read incidents.write",
        client_type=App.CLIENT_CONFIDENTIAL,
        authorization_grant_type=App.GRANT_AUTHORIZATION_CODE,
    )


@pytest.fixture
def connection(acme, app):
    return acme.account.connections.create(
        app=app, integration=acme.integration, connected_by=acme.alice.membership
    )


def give(app, person, *scopes):
    """Let the app act for a person, who has a token of it."""
    member = person.membership
    given = delegations.give(app, member, scopes, actor=Actor("web", member), at=NOON)
    held = {
        "account": member.account,
        "user": person.user,
        "application": app,
        "delegation": given,
    }
    access = AccessToken.objects.create(token=f"a{given.pk}", expires=LATER, **held)
    RefreshToken.objects.create(
        token=f"r{given.pk}",
        access_token=access,
        expires_at=LATER,
        window_ends_at=LATER,
        **held,
    )
    return given


@pytest.fixture
def of_bob(acme, app):
    """Bob lets the app see incidents."""
    return give(app, acme.bob, "openid", "incidents.read")


def ended(given):
    given.refresh_from_db()
    tokens = AccessToken.objects.filter(delegation=given)
    renewals = RefreshToken.objects.filter(delegation=given, revoked=None)
    return bool(given.revoked_at) and not tokens.exists() and not renewals.exists()


class TestList:
    def test_everybody_sees_what_is_connected(self, client, acme, connection):
        client.force_login(acme.bob.user)
        page = client.get("/integrations/apps/").text
        assert "Lighthouse" in page
        assert "Waiting for the first event" in page
        detail = client.get(f"/integrations/apps/{connection.app.public_id}/").text
        assert "by Alice" in detail
        assert acme.integration.key not in page + detail
        assert "/disconnect/" not in detail

    def test_the_first_event_shows_that_it_works(self, client, acme, connection):
        type(acme.integration).across_accounts.update(last_event_at=NOON)
        client.force_login(acme.bob.user)
        page = client.get("/integrations/apps/").text
        assert "Working" in page
        assert "Waiting for the first event" not in page

    def test_the_integration_says_who_connected_it(self, client, acme, connection):
        client.force_login(acme.bob.user)
        page = client.get(f"/integrations/{acme.integration.public_id}/").text
        assert "Connected by Alice through Lighthouse" in page

    def test_admins_see_for_whom_it_acts_and_others_do_not(
        self, client, acme, app, of_bob
    ):
        carol = factories.person(acme.account, "Carol", "manager")
        url = f"/integrations/apps/{app.public_id}/"
        client.force_login(acme.alice.user)
        page = client.get(url).text
        assert "Bob" in page
        assert "See incidents with their alerts, notes and timelines" in page
        client.force_login(carol.user)
        page = client.get(url).text
        assert "Bob" not in page
        assert "You have not let it act for you" in page
        client.force_login(acme.bob.user)
        assert "See incidents with their alerts" in client.get(url).text

    def test_an_app_that_does_nothing_here_is_not_there(self, client, acme, app):
        client.force_login(acme.alice.user)
        assert "Lighthouse" not in client.get("/integrations/apps/").text
        url = f"/integrations/apps/{app.public_id}/"
        assert client.get(url).status_code == 404
        assert client.get(f"{url}end/").status_code == 404

    def test_another_accounts_use_of_a_public_app_is_not_seen(
        self, client, globex, connection, of_bob
    ):
        client.force_login(globex.mallory.user)
        assert "Lighthouse" not in client.get("/integrations/apps/").text
        give(connection.app, globex.mallory, "openid")
        page = client.get(f"/integrations/apps/{connection.app.public_id}/").text
        assert "Mallory" in page
        assert "Checkout" not in page
        assert "Bob" not in page


class TestRevoke:
    def test_one_revokes_ones_own_on_the_profile(self, client, acme, of_bob):
        client.force_login(acme.bob.user)
        page = client.get("/me/").text
        assert "Apps with access to your account" in page
        assert "See incidents with their alerts" in page
        answer = client.post(f"/grants/{of_bob.public_id}/revoke/", follow=True)
        assert "Lighthouse does not act for Bob any more." in answer.text
        assert ended(of_bob)
        assert "See incidents with their alerts" not in client.get("/me/").text

    def test_an_admin_revokes_anybodys(self, client, acme, of_bob):
        client.force_login(acme.alice.user)
        url = f"/grants/{of_bob.public_id}/revoke/"
        answer = client.post(url, {"from": "app"})
        assert answer["Location"] == "/integrations/apps/"
        assert ended(of_bob)
        assert client.post(url).status_code == 302

    def test_nobody_else_may(self, client, acme, globex, of_bob):
        carol = factories.person(acme.account, "Carol", "manager")
        client.force_login(carol.user)
        url = f"/grants/{of_bob.public_id}/revoke/"
        assert client.post(url).status_code == 403
        client.force_login(globex.mallory.user)
        assert client.post(url).status_code == 404
        assert not ended(of_bob)


class TestEndAccess:
    def test_integrations_are_asked_about_and_nothing_is_chosen(
        self, client, acme, connection, of_bob
    ):
        client.force_login(acme.alice.user)
        url = f"/integrations/apps/{connection.app.public_id}/end/"
        page = client.get(url).text
        assert "Bob" in page
        assert "Checkout" in page
        assert " checked" not in page
        assert client.post(url, {"sure": "yes"}).status_code == 422
        assert not ended(of_bob)

    @pytest.mark.parametrize("choice", ["keep", "disable"])
    def test_it_ends_tokens_and_perhaps_integrations(
        self, client, acme, connection, of_bob, choice
    ):
        client.force_login(acme.alice.user)
        url = f"/integrations/apps/{connection.app.public_id}/end/"
        answer = client.post(url, {"sure": "yes", "integrations": choice}, follow=True)
        assert "Lighthouse has no access any more." in answer.text
        assert ended(of_bob)
        acme.integration.refresh_from_db()
        assert bool(acme.integration.disabled_at) == (choice == "disable")
        entry = acme.account.audit_entries.latest("id")
        assert entry.action == "ended access of app"

    def test_without_integrations_nothing_is_asked(self, client, acme, app, of_bob):
        client.force_login(acme.alice.user)
        url = f"/integrations/apps/{app.public_id}/end/"
        assert client.post(url, {"sure": "yes"}).status_code == 302
        assert ended(of_bob)

    def test_a_manager_may_not(self, client, acme, connection, of_bob):
        carol = factories.person(acme.account, "Carol", "manager")
        client.force_login(carol.user)
        url = f"/integrations/apps/{connection.app.public_id}/end/"
        assert client.get(url).status_code == 403
        form = {"sure": "yes", "integrations": "disable"}
        assert client.post(url, form).status_code == 403
        assert not ended(of_bob)

    def test_another_accounts_grants_stay(self, client, acme, globex, app, of_bob):
        theirs = give(app, globex.mallory, "openid")
        client.force_login(acme.alice.user)
        client.post(f"/integrations/apps/{app.public_id}/end/", {"sure": "yes"})
        assert ended(of_bob)
        assert not ended(theirs)


class TestDisconnect:
    def test_disconnecting_disables_the_integration(self, client, acme, connection):
        client.force_login(acme.alice.user)
        url = f"/integrations/apps/{acme.integration.public_id}/disconnect/"
        assert "Disconnect Lighthouse from Checkout?" in client.get(url).text
        acme.integration.refresh_from_db()
        assert acme.integration.disabled_at is None
        page = client.post(url, follow=True)
        assert "Lighthouse is disconnected from Checkout." in page.text
        acme.integration.refresh_from_db()
        assert acme.integration.disabled_at

    def test_a_responder_may_not_disconnect(self, client, acme, connection):
        client.force_login(acme.bob.user)
        url = f"/integrations/apps/{acme.integration.public_id}/disconnect/"
        assert client.post(url).status_code == 403

    def test_another_accounts_connection_is_not_there(
        self, client, acme, globex, connection
    ):
        client.force_login(globex.mallory.user)
        assert "Lighthouse" not in client.get("/integrations/apps/").text
        url = f"/integrations/apps/{acme.integration.public_id}/disconnect/"
        assert client.get(url).status_code == 404
        assert client.post(url).status_code == 404
