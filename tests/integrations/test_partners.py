"""Partners' apps: registered by admins, and what people connected."""

import pytest

from integrations import redirects
from integrations.models import App

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
