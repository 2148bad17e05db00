"""The log of an app's last calls."""

from datetime import timedelta

import pytest

from integrations import app_calls
from integrations.models import App, AppCall
from tests.factories import NOON


@pytest.fixture
def app(acme):
    """An app of Acme."""
    return acme.account.apps.create(name="House monitor", client_type="confidential")


def call(app, account, number=0, status=200, **values):
    app_calls.record(
        app,
        account=account,
        at=NOON + timedelta(seconds=number),
        status=status,
        **{"call": "token", "detail": f"number {number}", **values},
    )


class TestRecord:
    def test_the_last_hundred_of_each_account_are_kept(self, acme, globex):
        app = App.objects.create(name="Public", client_type="confidential")
        call(app, globex.account)
        for number in range(105):
            call(app, acme.account, number)
        mine = acme.account.app_calls.filter(app=app)
        assert mine.count() == 100
        assert mine.earliest("id").detail == "number 5"
        assert globex.account.app_calls.count() == 1

    def test_a_call_of_an_own_app_is_the_accounts(self, acme, app):
        call(app, None)
        assert acme.account.app_calls.get().app == app

    def test_what_cannot_be_stored_is_cut(self, acme, app):
        call(app, acme.account, call="x" * 300, detail="a\0b" + "y" * 300)
        kept = AppCall.across_accounts.get()
        assert len(kept.call) == 100
        assert len(kept.detail) == 200
        assert kept.detail.startswith("aby")


class TestPage:
    def test_calls_are_listed_and_chosen_by_outcome(self, client, acme, app):
        for number, status in enumerate((200, 400, 429, 500)):
            call(app, acme.account, number, status)
        client.force_login(acme.alice.user)
        url = f"/settings/apps/{app.public_id}/calls/"
        found = {
            outcome: [c.status for c in client.get(url + query).context["calls"]]
            for outcome, query in (
                ("", ""),
                ("succeeded", "?outcome=succeeded"),
                ("refused", "?outcome=refused"),
                ("failed", "?outcome=failed"),
                ("unknown", "?outcome=unknown"),
            )
        }
        everything = [500, 429, 400, 200]
        assert found == {
            "": everything,
            "succeeded": [200],
            "refused": [429, 400],
            "failed": [500],
            "unknown": everything,
        }
        assert "number 3" in client.get(url).text

    def test_nothing_yet_is_told(self, client, acme, app):
        client.force_login(acme.alice.user)
        url = f"/settings/apps/{app.public_id}/calls/"
        assert "has not called yet" in client.get(url).text
        assert "None of the last" in client.get(f"{url}?outcome=failed").text

    def test_a_responder_does_not_see_them(self, client, acme, app):
        client.force_login(acme.bob.user)
        url = f"/settings/apps/{app.public_id}/calls/"
        assert client.get(url).status_code == 403

    def test_another_accounts_are_not_there(self, client, globex, app):
        client.force_login(globex.mallory.user)
        url = f"/settings/apps/{app.public_id}/calls/"
        assert client.get(url).status_code == 404
