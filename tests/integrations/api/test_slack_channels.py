"""The channels of Slack in which an incident is, through the API."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.permissions import Actor
from incidents import actions
from incidents.models import Incident
from tests import chats
from tests.factories import NOON
from tests.integrations.api.conftest import Api, errors, key

BY_API = Actor("api")


@pytest.fixture
def alice(acme) -> Api:
    return key(acme.account, acme.alice.membership)


@pytest.fixture
def incident(acme) -> Incident:
    chats.workspace(acme.account, team_id="T0ACME")
    return actions.open_incident(
        acme.service, actor=BY_API, at=timezone.now(), title="Disk full"
    )


def own(incident: Incident) -> str:
    return f"/integration-slack/incidents/{incident.public_id}/dedicated_channel"


def shown(incident: Incident) -> str:
    return f"/integration-slack/incidents/{incident.public_id}/notification_channels"


def body(**given: Any) -> dict[str, Any]:
    return {"channel": {"slack_team_id": "T0ACME", **given}}


def test_an_incident_gets_a_channel_of_its_own(acme, alice, incident):
    assert alice.get(own(incident)).status_code == 404

    made = alice.post(own(incident), body(name="War Room 7", privacy="private"))

    channel = {
        "id": None,
        "name": "war-room-7",
        "slack_team_id": "T0ACME",
        "link": None,
        "deep_link": None,
        "privacy": "private",
    }
    assert made.status_code == 201
    assert made.json() == {"channel": channel, "warnings": []}
    kept = acme.account.incident_channels.get()
    assert (kept.asked_by, kept.asked_via) == (acme.alice.membership, "api")
    assert kept.is_private
    # Slack has made it.
    acme.account.incident_channels.update(channel_id="C0WARROOM7")
    acme.account.slack_workspaces.update(url="https://acme.slack.com/")
    found = alice.get(own(incident)).json()["channel"]
    assert found["id"] == "C0WARROOM7"
    assert found["deep_link"] == "slack://channel?team=T0ACME&id=C0WARROOM7"
    assert found["link"] == "https://acme.slack.com/archives/C0WARROOM7"


def test_it_is_named_after_the_incident_and_made_once(acme, alice, incident):
    first = alice.post(own(incident), body())
    second = alice.post(own(incident), body(name="another"))

    assert first.json()["channel"]["name"] == f"inc-{incident.number}-disk-full"
    assert second.json()["channel"] == first.json()["channel"]
    assert acme.account.incident_channels.count() == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"slack_team_id": "T0NOWHERE"}, "is not connected"),
        ({"slack_team_id": None}, "Slack team id"),
        ({"privacy": "secret"}, "Privacy"),
        ({"name": "x" * 81}, "Name"),
    ],
)
def test_what_cannot_be_made_is_refused_in_words(acme, alice, incident, given, words):
    refused = alice.post(own(incident), body(**given))

    assert refused.status_code == 400
    assert words in errors(refused)[0]
    assert not acme.account.incident_channels.exists()


def test_a_resolved_incident_needs_no_channel(acme, alice, incident):
    actions.resolve(incident, actor=BY_API, at=timezone.now())

    refused = alice.post(own(incident), body())

    assert refused.status_code == 400
    assert "resolved" in errors(refused)[0]


def test_who_may_not_respond_may_look_and_not_ask(acme, incident):
    reader = key(acme.account, acme.bob.membership, read_only=True)

    assert reader.post(own(incident), body()).status_code == 403
    assert reader.get(shown(incident)).status_code == 200
    assert not acme.account.incident_channels.exists()


def test_a_key_of_the_account_says_for_whom(acme, api, incident):
    refused = api.post(own(incident), body())
    made = api.post(own(incident), body(), From=acme.bob.user.email)

    assert refused.status_code == 400
    assert made.status_code == 201
    assert acme.account.incident_channels.get().asked_by == acme.bob.membership


def test_the_channels_that_show_it_are_listed(acme, alice, incident):
    assert alice.get(shown(incident)).json()["channels"] == []
    workspace = acme.account.slack_workspaces.get()
    room = chats.room(acme.account, workspace=workspace)
    elsewhere = chats.room(acme.account, kind="teams", channel_id="x", name="Ops")
    for each in (room, elsewhere):
        each.messages.create(account=acme.account, incident=incident, created_at=NOON)

    [found] = alice.get(shown(incident)).json()["channels"]

    assert found == {
        "id": "C0INCIDENTS",
        "name": "incidents",
        "slack_team_id": "T0ACME",
        "link": "https://slack.com/app_redirect?team=T0ACME&channel=C0INCIDENTS",
        "deep_link": "slack://channel?team=T0ACME&id=C0INCIDENTS",
    }


def test_nobody_sees_or_asks_for_another_accounts(acme, globex, incident):
    stranger = key(globex.account, globex.mallory.membership)

    assert stranger.get(own(incident)).status_code == 404
    assert stranger.get(shown(incident)).status_code == 404
    assert stranger.post(own(incident), body()).status_code == 404
    assert not acme.account.incident_channels.exists()
