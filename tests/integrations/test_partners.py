"""Partners' apps: registered by admins, and what people connected."""

import pytest

from accounts.permissions import Actor
from integrations import app_secrets, redirects
from integrations.models import App
from tests import factories
from tests.factories import NOON

FIELDS = {
    "name": "House monitor",
    "description": "Watches our house.",
    "website": "https://monitor.acme.example",
    "logo_url": "https://monitor.acme.example/logo.png",
    "redirect_uris": "https://monitor.acme.example/cb\nhttp://localhost:9000/cb\n",
    "has_events": "on",
}


@pytest.fixture
def app(acme):
    return acme.account.apps.create(
        name="House monitor",
        redirect_uris="https://monitor.acme.example/cb",
        client_type="confidential",
        authorization_grant_type="authorization-code",
    )


class TestRegistration:
    def test_an_admin_registers_an_app(self, client, acme):
        client.force_login(acme.alice.user)
        answer = client.post("/settings/apps/new/", FIELDS, follow=True)
        app = App.objects.get()
        assert app.account == acme.account
        assert app.redirect_uris.split() == [
            "https://monitor.acme.example/cb",
            "http://localhost:9000/cb",
        ]
        assert not app.is_verified
        assert app.client_id in answer.text
        assert app.vendor_key in answer.text
        entry = acme.account.audit_entries.get()
        assert (entry.action, entry.subject_id) == ("registered app", app.public_id)

    @pytest.mark.parametrize(
        ("fields", "kept"),
        [
            (
                {"kind": "scoped", "scopes": ["incidents.read", "users.read"]},
                ("scoped", "incidents.read users.read", "confidential"),
            ),
            (
                {"kind": "classic", "scopes": ["incidents.read"]},
                ("classic", "", "confidential"),
            ),
            ({"kind": "classic", "is_public": "on"}, ("classic", "", "public")),
            ({"kind": "", "is_public": "on"}, ("", "", "confidential")),
        ],
    )
    def test_an_app_may_have_oauth(self, client, acme, fields, kept):
        client.force_login(acme.alice.user)
        answer = client.post("/settings/apps/new/", FIELDS | fields)
        assert answer.status_code == 302
        app = App.objects.get()
        assert (app.kind, app.scopes, app.client_type) == kept
        assert app.has_events

    def test_an_app_that_acts_for_itself_needs_no_address(self, client, acme):
        client.force_login(acme.alice.user)
        fields = {"name": "Robot", "kind": "scoped", "scopes": ["incidents.read"]}
        answer = client.post("/settings/apps/new/", fields, follow=True)
        assert App.objects.get().redirect_uris == ""
        assert "grant_type=client_credentials" in answer.text
        assert "Where your button leads" not in answer.text

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"has_events": ""}, "has_events"),
            ({"kind": "scoped"}, "scopes"),
            ({"kind": "scoped", "scopes": ["incidents.fly"]}, "scopes"),
            (
                {"kind": "scoped", "scopes": ["incidents.read"], "is_public": "on"},
                "is_public",
            ),
            ({"kind": "other"}, "kind"),
            (
                {"has_events": "", "kind": "classic", "redirect_uris": ""},
                "redirect_uris",
            ),
        ],
    )
    def test_what_does_not_fit_is_said(self, client, acme, fields, field):
        client.force_login(acme.alice.user)
        answer = client.post("/settings/apps/new/", FIELDS | fields)
        assert answer.status_code == 422
        assert field in answer.context["form"].errors
        assert not App.objects.exists()

    def test_a_responder_may_not(self, client, acme):
        client.force_login(acme.bob.user)
        assert client.get("/settings/apps/new/").status_code == 403
        assert client.post("/settings/apps/new/", FIELDS).status_code == 403
        assert not App.objects.exists()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("website", "ftp://monitor.acme.example"),
            ("website", "javascript:alert(1)"),
            ("logo_url", "http://monitor.acme.example/logo.png"),
            ("redirect_uris", ""),
            ("redirect_uris", "https://a.example/cb\nhttp://a.example/cb"),
            ("redirect_uris", "\n".join(f"https://a.example/{n}" for n in range(21))),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
        self, client, acme, field, value
    ):
        client.force_login(acme.alice.user)
        answer = client.post("/settings/apps/new/", FIELDS | {field: value})
        assert answer.status_code == 422
        assert field in answer.context["form"].errors
        assert "Watches our house." in answer.text
        assert not App.objects.exists()

    @pytest.mark.parametrize(
        "address",
        [
            "https://a.example/cb",
            "https://a.example:8443/cb",
            "https://a.example/",
            "http://localhost:9000/cb",
            "http://127.0.0.1/cb",
            "http://[::1]:9000/cb",
        ],
    )
    def test_these_addresses_may_be_registered(self, address):
        redirects.check(address)

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "https://a.example",
            "http://a.example/cb",
            "http://localhost.evil.example/cb",
            "ftp://a.example/cb",
            "javascript:alert(1)",
            "//a.example/cb",
            "https:///cb",
            "https://a.example/cb?x=1",
            "https://a.example/cb?",
            "https://a.example/cb#x",
            "https://user@a.example/cb",
            "https://a.example/a/../cb",
            "https://a.example:port/cb",
            "https://[a.example/cb",
            "https://a.example\\cb",
            "https://ä.example/cb",
            "https://a%2eexample/cb",
            "https://a.example/" + "x" * 2000,
        ],
    )
    def test_these_addresses_may_not(self, address):
        with pytest.raises(redirects.Unfit):
            redirects.check(address)


class TestChange:
    def test_an_admin_changes_an_app_and_its_keys_stay(self, client, acme, app):
        client.force_login(acme.alice.user)
        url = f"/settings/apps/{app.public_id}/edit/"
        assert "https://monitor.acme.example/cb" in client.get(url).text
        assert client.post(url, FIELDS | {"name": "Other"}).status_code == 302
        changed = App.objects.get()
        assert changed.name == "Other"
        assert (changed.client_id, changed.vendor_key, changed.client_secret) == (
            app.client_id,
            app.vendor_key,
            app.client_secret,
        )

    def test_an_admin_disables_and_enables_an_app(self, client, acme, app):
        client.force_login(acme.alice.user)
        client.post(f"/settings/apps/{app.public_id}/disable/")
        assert App.objects.get().disabled_at
        assert (
            "Nobody can connect" in client.get(f"/settings/apps/{app.public_id}/").text
        )
        client.post(f"/settings/apps/{app.public_id}/enable/")
        assert App.objects.get().disabled_at is None

    @pytest.mark.parametrize("path", ["", "edit/", "disable/", "enable/"])
    def test_another_accounts_app_is_not_there(self, client, globex, app, path):
        client.force_login(globex.mallory.user)
        url = f"/settings/apps/{app.public_id}/{path}"
        assert client.post(url, FIELDS).status_code in {404, 405}
        assert client.get(url).status_code in {404, 405}
        assert app.name not in client.get("/settings/apps/").text
        assert App.objects.get().disabled_at is None

    def test_an_operators_app_is_not_an_admins_to_change(self, client, acme, app):
        App.objects.update(account=None)
        client.force_login(acme.alice.user)
        assert client.get(f"/settings/apps/{app.public_id}/").status_code == 404
        assert (
            client.post(f"/settings/apps/{app.public_id}/disable/").status_code == 404
        )

    def test_a_responder_sees_none_of_it(self, client, acme, app):
        client.force_login(acme.bob.user)
        for path in ("", f"{app.public_id}/", f"{app.public_id}/edit/"):
            assert client.get(f"/settings/apps/{path}").status_code == 403

    def test_an_app_that_can_keep_no_secret_any_more_loses_its_own(
        self, client, acme, app
    ):
        actor = Actor("web", acme.alice.membership)
        _row, secret = app_secrets.add(app, actor=actor, at=NOON)
        client.force_login(acme.alice.user)
        url = f"/settings/apps/{app.public_id}/edit/"
        fields = FIELDS | {"kind": "classic", "is_public": "on"}
        assert client.post(url, fields).status_code == 302
        assert not app_secrets.matches(app, secret, at=NOON)


class TestDelete:
    @pytest.fixture
    def connected(self, acme, app):
        return acme.account.connections.create(
            app=app, integration=acme.integration, connected_by=acme.alice.membership
        )

    def test_what_stops_is_said_before(self, client, acme, app, connected):
        client.force_login(acme.alice.user)
        page = client.get(f"/settings/apps/{app.public_id}/delete/").text
        assert "secrets stop working for good" in page
        assert "Checkout" in page
        assert " checked" not in page
        assert App.objects.exists()

    def test_integrations_are_asked_about(self, client, acme, app, connected):
        client.force_login(acme.alice.user)
        url = f"/settings/apps/{app.public_id}/delete/"
        assert client.post(url, {"sure": "yes"}).status_code == 422
        assert App.objects.exists()

    @pytest.mark.parametrize("choice", ["keep", "disable"])
    def test_it_is_gone_and_integrations_are_as_chosen(
        self, client, acme, app, connected, choice
    ):
        client.force_login(acme.alice.user)
        url = f"/settings/apps/{app.public_id}/delete/"
        form = {"sure": "yes", "integrations": choice}
        answer = client.post(url, form, follow=True)
        assert "The app House monitor is deleted." in answer.text
        assert not App.objects.exists()
        acme.integration.refresh_from_db()
        assert bool(acme.integration.disabled_at) == (choice == "disable")
        entry = acme.account.audit_entries.latest("id")
        assert (entry.action, entry.subject) == ("deleted app", "House monitor")

    def test_a_manager_may_not(self, client, acme, app):
        carol = factories.person(acme.account, "Carol", "manager")
        client.force_login(carol.user)
        url = f"/settings/apps/{app.public_id}/delete/"
        assert client.post(url, {"sure": "yes"}).status_code == 403
        assert App.objects.exists()
