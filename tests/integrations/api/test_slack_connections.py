"""Slack connections: extensions of Slack as Terraform and others know them."""

from typing import Any

import pytest

from accounts.models.people import Role
from integrations.extensions import values
from integrations.models import Extension
from tests import chats, factories
from tests.factories import NOON
from tests.integrations.api.conftest import Api, errors, key

ALL = [
    "incident.triggered",
    "incident.acknowledged",
    "incident.escalated",
    "incident.resolved",
    "incident.reassigned",
    "incident.annotated",
    "incident.unacknowledged",
    "incident.delegated",
    "incident.priority_updated",
    "incident.responder.added",
    "incident.responder.replied",
    "incident.status_update_published",
]


@pytest.fixture
def alice(acme) -> Api:
    """The key of Alice, who owns the account."""
    return key(acme.account, acme.alice.membership)


@pytest.fixture
def path(acme) -> str:
    """The connections of a workspace that is Acme's."""
    workspace = chats.workspace(acme.account, team_id="T0ACME")
    return f"/integration-slack/workspaces/{workspace.team_id}/connections"


def body(source, **given: Any) -> dict[str, Any]:
    """What a client sends."""
    config = given.pop("config", {})
    kind = type(source).__name__.lower()
    return {
        "slack_connection": {
            "source_id": source.public_id,
            "source_type": f"{kind}_reference",
            "channel_id": "C0INCIDENTS",
            "notification_type": "responder",
            "config": {"events": ALL, "urgency": None, "priorities": None, **config},
            **given,
        }
    }


def make(api: Api, path: str, source, **given: Any) -> dict[str, Any]:
    """Make a connection; this will return it as it was answered."""
    answer = api.post(path, body(source, **given))
    assert answer.status_code == 201, answer.json()
    return answer.json()["slack_connection"]


def only(world) -> Extension:
    return world.account.extensions.select_related("room", "team").get()


def test_a_service_is_connected_with_a_channel(acme, alice, path):
    made = make(alice, path, acme.service)

    assert made == {
        "id": only(acme).public_id,
        "source_id": acme.service.public_id,
        "source_name": "Checkout",
        "source_type": "service_reference",
        "channel_id": "C0INCIDENTS",
        "channel_name": None,
        "notification_type": "responder",
        "config": {"events": ALL, "urgency": None, "priorities": None},
    }
    extension = only(acme)
    assert values.services(extension) == [acme.service]
    assert (extension.schema, extension.name) == ("slack", "Checkout")
    assert extension.updates == list(Extension.Update.values)
    assert extension.created_by == acme.alice.membership
    assert (extension.room.workspace.team_id, extension.room.channel_id) == (
        "T0ACME",
        "C0INCIDENTS",
    )


def test_a_team_is_connected_with_what_it_chooses(acme, alice, path):
    team = acme.account.teams.create(name="Payments")
    priority = acme.account.priorities.first()
    config = {
        "events": ["incident.triggered", "incident.resolved", "incident.reopened"],
        "urgency": "high",
        "priorities": [priority.public_id],
    }

    made = make(alice, path, team, notification_type="stakeholder", config=config)

    assert made["config"] == config
    assert made["source_name"] == "Payments"
    assert made["notification_type"] == "stakeholder"
    extension = only(acme)
    assert (extension.scope, extension.team) == ("team", team)
    assert extension.updates == ["resolved"]
    assert extension.urgency == "high"
    assert not extension.has_buttons


def test_no_priority_at_all_is_another_thing_than_any(acme, alice, path):
    made = make(alice, path, acme.service, config={"priorities": []})

    assert made["config"]["priorities"] == []
    assert only(acme).priorities == []


def test_the_channel_of_a_room_that_is_there_already_has_its_name(acme, alice, path):
    workspace = acme.account.slack_workspaces.get()
    room = chats.room(acme.account, workspace=workspace)

    made = make(alice, path, acme.service)

    assert made["channel_name"] == "incidents"
    assert only(acme).room == room


def test_they_are_listed_in_pages_with_their_number(acme, alice, path):
    first = make(alice, path, acme.service)
    second = make(alice, path, factories.service(acme.account, acme.policy, "Search"))

    listed = alice.get(path)
    part = alice.get(path, limit=1, offset=1)

    assert listed.json() == {
        "slack_connections": [first, second],
        "limit": 50,
        "offset": 0,
        "more": False,
        "total": 2,
    }
    assert part.json()["slack_connections"] == [second]
    assert part.json()["total"] == 2
    assert alice.get(path, limit=1).json()["more"] is True
    assert alice.get(path, limit=1000).json()["limit"] == 100


def test_what_is_for_several_services_is_no_connection(acme, alice, path):
    workspace = acme.account.slack_workspaces.get()
    search = factories.service(acme.account, acme.policy, "Search")
    room = chats.room(acme.account, workspace=workspace)
    wide = chats.extension(room, acme.service, search)
    widest = chats.extension(room)

    assert alice.get(path).json()["slack_connections"] == []
    for each in (wide, widest):
        assert alice.get(f"{path}/{each.public_id}").status_code == 404
        assert alice.delete(f"{path}/{each.public_id}").status_code == 404
    assert acme.account.extensions.count() == 2


def test_one_is_shown_changed_and_deleted(acme, alice, path):
    one = f"{path}/{make(alice, path, acme.service)['id']}"
    search = factories.service(acme.account, acme.policy, "Search")
    changed = body(search, channel_id="C0SEARCH", config={"urgency": "low"})

    answer = alice.put(one, changed)

    assert answer.status_code == 200
    shown = answer.json()["slack_connection"]
    assert shown == alice.get(one).json()["slack_connection"]
    assert shown["source_name"] == "Search"
    assert shown["channel_id"] == "C0SEARCH"
    assert shown["config"]["urgency"] == "low"
    assert only(acme).name == "Search"
    # Nobody is told anything in the channel of before.
    assert acme.account.rooms.get().channel_id == "C0SEARCH"
    assert alice.delete(one).status_code == 204
    assert not acme.account.extensions.exists()
    assert alice.get(one).status_code == 404


def test_what_its_page_says_besides_survives_a_change(acme, alice, path):
    one = f"{path}/{make(alice, path, acme.service)['id']}"
    acme.account.extensions.update(
        name="To the shop",
        anybody_may_act=True,
        takes_notes=True,
        config={"incident_channels": {"is_on": True}},
    )

    alice.put(one, body(acme.service, config={"urgency": "high"}))

    extension = only(acme)
    assert (extension.name, extension.urgency) == ("To the shop", "high")
    assert extension.anybody_may_act
    assert extension.takes_notes
    assert extension.config["incident_channels"] == {"is_on": True}


def test_what_was_chosen_on_its_page_shows(acme, alice, path):
    one = f"{path}/{make(alice, path, acme.service)['id']}"
    acme.account.extensions.update(updates=["annotated"])

    shown = alice.get(one).json()["slack_connection"]

    assert shown["config"]["events"] == ["incident.triggered", "incident.annotated"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"channel_id": "#incidents"}, "Channel id: This must be"),
        ({"source_type": "schedule_reference"}, "Source type"),
        ({"source_id": "PNOWHERE"}, "Source id: There is no service_reference"),
        ({"notification_type": "everybody"}, "Notification type"),
        ({"config": {"events": ["incident.exploded"]}}, "incident.exploded"),
        ({"config": {"events": "incident.triggered"}}, "Events"),
        ({"config": {"urgency": "severe"}}, "severe"),
        ({"config": {"priorities": ["PNOWHERE"]}}, "A priority is not there"),
        ({"config": {"priorities": [{"id": "P1"}]}}, "Priorities"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(acme, alice, path, given, words):
    answer = alice.post(path, body(acme.service, **given))

    assert answer.status_code == 400
    assert words in " ".join(errors(answer))
    assert not acme.account.extensions.exists()


def test_a_workspace_that_is_not_connected_takes_nothing_new(acme, alice, path):
    one = f"{path}/{make(alice, path, acme.service)['id']}"
    acme.account.slack_workspaces.update(removed_at=NOON)

    refused = alice.post(path, body(acme.service, channel_id="C0OTHER01"))

    assert refused.status_code == 400
    assert "not connected any more" in errors(refused)[0]
    assert acme.account.extensions.count() == 1
    # What there is can still be looked at and taken away.
    assert alice.delete(one).status_code == 204


def test_only_users_who_administer_the_account_may(acme, api, alice, path):
    one = f"{path}/{make(alice, path, acme.service)['id']}"
    manager = factories.person(acme.account, "Mona", Role.MANAGER)
    callers = (
        api,
        key(acme.account, acme.bob.membership),
        key(acme.account, manager.membership),
    )
    for caller in callers:
        assert caller.get(path).status_code == 403
        assert caller.get(one).status_code == 403
        assert caller.post(path, body(acme.service)).status_code == 403
        assert caller.put(one, body(acme.service)).status_code == 403
        assert caller.delete(one).status_code == 403
    assert acme.account.extensions.count() == 1


def test_nobody_sees_another_accounts_connections(acme, globex, alice, path):
    made = make(alice, path, acme.service)
    mallory = key(globex.account, globex.mallory.membership)
    theirs = chats.workspace(globex.account, team_id="T0GLOBEX")
    own = f"/integration-slack/workspaces/{theirs.team_id}/connections"

    assert mallory.get(path).status_code == 404
    assert mallory.post(path, body(globex.service)).status_code == 404
    for address in (path, own):
        assert mallory.get(f"{address}/{made['id']}").status_code == 404
        assert mallory.delete(f"{address}/{made['id']}").status_code == 404
    refused = mallory.post(own, body(acme.service))
    assert "There is no service_reference" in errors(refused)[0]
    assert not globex.account.extensions.exists()
    assert acme.account.extensions.count() == 1


def test_a_connection_of_the_browser_is_one_too(acme, alice, path):
    workspace = acme.account.slack_workspaces.get()
    room = chats.room(acme.account, workspace=workspace)
    made = chats.extension(room, acme.service)

    [shown] = alice.get(path).json()["slack_connections"]

    assert (shown["id"], shown["channel_name"]) == (made.public_id, "incidents")
    assert "incident.reopened" not in shown["config"]["events"]
    assert set(ALL) == set(shown["config"]["events"])
