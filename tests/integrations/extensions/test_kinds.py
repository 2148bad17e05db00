"""The forms of the kinds that need no sign-in: each asks for what it needs."""

import pytest

from tests.incidents.pages import says
from tests.integrations.extensions.setting_up import PATH


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("teams", "Address of the workflow"),
        ("discord", "Address of the webhook"),
        ("mattermost", "Token of the bot"),
        ("telegram", "Token of the bot"),
        ("generic_webhook", "Address"),
    ],
)
def test_every_kind_asks_for_what_it_needs(acme, alice, kind, asked):
    where = f"{PATH}new/{kind}/?service={acme.service.public_id}"

    page = says(alice.get(where))
    assert asked in page
    assert "Checkout" in page
    empty = alice.post(where, {"scope": "account"})

    assert empty.status_code == 422
    assert "This field is required" in says(empty)
    assert not acme.account.extensions.exists()


def test_a_webhook_of_a_team_is_made_in_a_browser(acme, alice):
    team = acme.account.teams.create(name="Payments")
    form = {
        "once": "P0123456789ABC",
        "name": "Our bus",
        "endpoint_url": "https://bus.example/hook",
        "scope": "team",
        "team": team.public_id,
        "updates": ["resolved"],
    }

    alice.post(f"{PATH}new/generic_webhook/", form)

    row = acme.account.extensions.get().subscriptions.get()
    assert (row.filter_type, row.team, row.url) == (
        *("team", team),
        "https://bus.example/hook",
    )
