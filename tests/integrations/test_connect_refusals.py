"""The connect flow without a way back: a page in words, and never a redirect."""

import pytest

from integrations.models import AppCall, Connection
from tests import factories
from tests.integrations.connecting import (
    CALLBACK,
    connect_url,
    install_url,
    make_app,
)


@pytest.fixture
def app(db):
    """A public partner."""
    return make_app()


class TestNoWayBack:
    @pytest.mark.parametrize("is_signed_in", [True, False])
    @pytest.mark.parametrize("vendor", ["", "f" * 20, "\0", "é"])
    def test_an_unknown_vendor_gets_a_page_and_no_redirect(
        self, client, acme, app, vendor, is_signed_in
    ):
        if is_signed_in:
            client.force_login(acme.alice.user)
        answer = client.get("/connect", {"vendor": vendor, "callback": CALLBACK})
        self.is_plain_error(answer)

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "https://evil.example/oncall/callback",
            "//tool.example/oncall/callback",
            "//evil.example",
            "/oncall/callback",
            "http://tool.example/oncall/callback",
            "https://tool.example:8443/oncall/callback",
            "https://tool.example:443/oncall/callback",
            "https://tool.example./oncall/callback",
            "https://TOOL.example/oncall/callback",
            "HTTPS://tool.example/oncall/callback",
            "https://tool.example/oncall/Callback",
            "https://tool.example/oncall/callback/",
            "https://tool.example/oncall/callback/..",
            "https://tool.example/oncall/../oncall/callback",
            "https://tool.example/oncall/callback%2f",
            "https://tool.example/oncall/callback;x",
            "https://tool.example/oncall/callbackx",
            "https://tool.example@evil.example/oncall/callback",
            "https://user@tool.example/oncall/callback",
            "https://user:pass@tool.example/oncall/callback",
            "https://tool.example.evil.example/oncall/callback",
            "https://tool.example\\@evil.example/oncall/callback",
            "https:\\\\tool.example\\oncall\\callback",
            "https://tool.example/oncall/callback#fragment",
            "https://tool.example/oncall/callback?x=1#fragment",
            "https://tool.example/oncall/callback\r\nX: y",
            "https://tool.example/oncall/callback?x=\r\nX: y",
            " https://tool.example/oncall/callback",
            "https://tool.example/oncall/callback ",
            "https://tool.example/oncall/callback\0",
            "javascript:alert(1)//https://tool.example/oncall/callback",
            "data:text/html,x",
            "https://tool.example/oncall/callback?" + "x" * 3000,
        ],
    )
    def test_an_address_that_is_not_registered_gets_a_page_and_no_redirect(
        self, client, acme, app, address
    ):
        client.force_login(acme.alice.user)
        self.is_plain_error(client.get(connect_url(app, address)))
        self.is_plain_error(client.get(install_url(app, address)))
        answer = client.post(
            connect_url(app, address),
            {"verb": "finish", "token": "x" * 32, "service": acme.service.public_id},
        )
        self.is_plain_error(answer)
        assert Connection.across_accounts.count() == 0

    @pytest.mark.parametrize("fields", [{"has_events": False}, {"disabled_at": "now"}])
    def test_an_app_that_may_not_ask_is_unknown(self, client, acme, fields):
        if "disabled_at" in fields:
            fields = {"disabled_at": factories.NOON}
        client.force_login(acme.alice.user)
        self.is_plain_error(client.get(connect_url(make_app(**fields))))

    def test_a_disabled_app_says_so(self, client, acme):
        app = make_app(disabled_at=factories.NOON)
        client.force_login(acme.alice.user)
        assert "switched off" in client.get(connect_url(app)).text

    def test_a_refused_address_is_noted_for_those_who_keep_the_app(
        self, client, acme, app
    ):
        wrong = connect_url(app, "https://tool.example/other")
        client.get(wrong)
        client.force_login(acme.alice.user)
        client.get(wrong)
        calls = AppCall.across_accounts.order_by("id")
        assert [(c.account, c.call, c.status) for c in calls] == [
            (None, "connect", 400),
            (acme.account, "connect", 400),
        ]
        assert "not registered" in calls[0].detail

    def test_nobody_knows_whose_an_unknown_app_is(self, client, acme):
        client.get("/connect", {"vendor": "f" * 20, "callback": CALLBACK})
        assert not AppCall.across_accounts.exists()

    def test_an_app_of_another_account_is_unknown(self, client, acme, globex):
        app = make_app(account=globex.account)
        client.force_login(acme.alice.user)
        self.is_plain_error(client.get(connect_url(app)))
        client.force_login(globex.mallory.user)
        assert client.get(connect_url(app)).status_code == 200

    def test_a_registered_parameter_must_be_there(self, client, acme):
        app = make_app(redirect_uris=f"{CALLBACK}?tenant=1")
        client.force_login(acme.alice.user)
        self.is_plain_error(client.get(connect_url(app, f"{CALLBACK}?tenant=2")))
        good = client.get(connect_url(app, f"{CALLBACK}?tenant=1&state=x"))
        assert good.status_code == 200

    def is_plain_error(self, answer):
        assert answer.status_code == 400
        assert "Location" not in answer
        assert "Reference number" in answer.text
        assert "evil.example" not in answer.text
