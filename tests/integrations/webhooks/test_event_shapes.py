"""What receivers read: each type of event, as the contract has it."""

import re
from datetime import timedelta
from typing import Any

from accounts.permissions import Actor
from incidents import actions, catalogue, responders, status_updates
from integrations.webhooks import subscriptions
from tests import factories
from tests.factories import NOON
from tests.integrations.webhooks.telling import (
    HOUR,
    SECOND,
    by,
    do,
    open_incident,
    subscribe,
    tell,
)

MINUTE = timedelta(minutes=1)


def test_a_triggered_incident_is_told_in_full(acme, receiver, settings):
    settings.SITE_URL = "https://oncall.example"
    subscribe(acme, receiver)
    incident = open_incident(acme, incident_key="db-1/disk")

    tell()

    [got] = receiver.received
    event = got.event
    data = event["data"]
    assert re.fullmatch(r"[0-9a-f-]{36}", event["id"])
    assert event["event_type"] == "incident.triggered"
    assert event["resource_type"] == "incident"
    assert event["occurred_at"] == "2027-03-10T12:00:00.000Z"
    assert event["agent"]["type"] == "user_reference"
    assert event["agent"]["summary"] == "Alice"
    assert event["client"] is None
    assert data == {
        "id": incident.public_id,
        "type": "incident",
        "self": f"https://oncall.example/api/incidents/{incident.public_id}",
        "html_url": f"https://oncall.example/incidents/{incident.public_id}",
        "number": incident.number,
        "status": "triggered",
        "incident_key": "db-1/disk",
        "created_at": "2027-03-10T12:00:00Z",
        "title": "Disk full",
        "incident_type": {"name": "incident_default"},
        "service": data["service"],
        "assignees": [event["agent"]],
        "escalation_policy": data["escalation_policy"],
        "teams": [],
        "priority": None,
        "urgency": "high",
        "conference_bridge": None,
        "resolve_reason": None,
    }
    assert data["service"]["id"] == acme.service.public_id
    assert set(data["service"]) == {"id", "type", "summary", "self", "html_url"}
    assert data["escalation_policy"]["summary"] == "Default"


def test_each_verb_has_its_event(acme, receiver):
    subscribe(acme, receiver)
    incident = open_incident(acme)
    other = factories.policy(acme.account, [acme.bob.membership], name="Other")
    steps: list[tuple[Any, dict[str, Any]]] = [
        (actions.acknowledge, {}),
        (actions.unacknowledge, {}),
        (actions.escalate, {}),
        (actions.reassign, {"people": [acme.bob.membership]}),
        (actions.reassign, {"policy": other}),
        (actions.snooze, {"until": NOON + HOUR}),
        (actions.change_priority, {"priority": acme.account.priorities.first()}),
        (actions.add_note, {"text": "Looking"}),
        (actions.resolve, {}),
        (actions.reopen, {}),
    ]
    for seconds, (verb, values) in enumerate(steps, start=1):
        do(verb, incident, NOON + seconds * SECOND, **values)

    tell()

    assert receiver.types == [
        "incident.triggered",
        "incident.acknowledged",
        "incident.unacknowledged",
        "incident.escalated",
        "incident.reassigned",
        "incident.delegated",
        "incident.acknowledged",
        "incident.priority_updated",
        "incident.annotated",
        "incident.resolved",
        "incident.reopened",
    ]
    statuses = [got.event["data"].get("status") for got in receiver.received]
    assert statuses[:4] == ["triggered", "acknowledged", "triggered", "triggered"]
    assert statuses[-2:] == ["resolved", "triggered"]
    assert receiver.received[-1].event["data"]["reopened_at"].startswith("2027-03-10")


def test_the_data_is_as_it_was_then_and_not_as_it_is_now(acme, receiver):
    """Nothing is handed on until all has happened."""
    subscribe(acme, receiver, "incident.triggered", "incident.resolved")
    incident = open_incident(acme)
    do(actions.rename, incident, NOON + SECOND, title="Another title")
    do(actions.resolve, incident, NOON + 2 * SECOND)

    tell()

    opened, resolved = [got.event["data"] for got in receiver.received]
    assert (opened["status"], opened["title"]) == ("triggered", "Disk full")
    assert (resolved["status"], resolved["title"]) == ("resolved", "Another title")
    assert len(opened["assignees"]) == 1
    assert resolved["assignees"] == []


def test_a_merge_says_into_which_incident(acme, receiver):
    subscribe(acme, receiver, "incident.resolved")
    source, target = open_incident(acme, "One"), open_incident(acme, "Two")

    do(actions.merge, target, NOON + SECOND, sources=[source])
    tell()

    [got] = receiver.received
    reason = got.event["data"]["resolve_reason"]
    assert got.event["data"]["id"] == source.public_id
    assert reason["type"] == "merge_resolve_reason"
    assert reason["incident"]["id"] == target.public_id
    assert reason["incident"]["summary"] == f"[#{target.number}] Two"


def test_a_note_brings_its_text_and_a_long_one_is_trimmed(acme, receiver):
    subscribe(acme, receiver, "incident.annotated")
    incident = open_incident(acme)

    do(actions.add_note, incident, NOON, text="Ärger with the disk")
    do(actions.add_note, incident, NOON + SECOND, text="x" * 60_000)
    tell()

    short, long = [got.event["data"] for got in receiver.received]
    assert short["type"] == "incident_note"
    assert short["content"] == "Ärger with the disk"
    assert short["incident"]["id"] == incident.public_id
    assert short["trimmed"] is False
    assert long["trimmed"] is True
    assert len(receiver.received[1].body) < 55 * 1024


def test_a_status_update_brings_its_message(acme, receiver):
    subscribe(acme, receiver, "incident.status_update_published")
    incident = open_incident(acme)

    update = do(status_updates.post, incident, NOON, message="We are on it")
    tell()

    [got] = receiver.received
    assert got.event["data"]["id"] == update.public_id
    assert got.event["data"]["message"] == "We are on it"


def test_responders_are_told_one_by_one_and_so_are_their_answers(acme, receiver):
    carol = factories.person(acme.account, "Carol")
    subscribe(acme, receiver, "incident.responder.added", "incident.responder.replied")
    incident = open_incident(acme)

    asked = do(
        responders.ask,
        incident,
        NOON,
        people=[acme.bob.membership, carol.membership],
        message="Please help",
    )
    bob = Actor("web", acme.bob.membership)
    responders.decline(asked.responders[0], actor=bob, at=NOON + MINUTE)
    tell()

    data = [got.event["data"] for got in receiver.received]
    assert receiver.types == [
        "incident.responder.added",
        "incident.responder.added",
        "incident.responder.replied",
    ]
    assert [each["user"]["summary"] for each in data] == ["Bob", "Carol", "Bob"]
    assert [each["state"] for each in data] == ["pending", "pending", "declined"]
    assert data[0]["message"] == "Please help"
    assert len({got.event["id"] for got in receiver.received}) == 3


def test_services_are_told_from_their_first_to_their_last_day(acme, receiver):
    subscribe(acme, receiver)
    actor = by(acme)
    service = catalogue.create_service(
        acme.account,
        actor=actor,
        at=NOON,
        name="Search",
        escalation_policy=acme.policy,
    )
    catalogue.update_service(service, actor=actor, at=NOON, name="Find")
    catalogue.delete_service(service, actor=actor, at=NOON)

    tell()

    assert receiver.types == ["service.created", "service.updated", "service.deleted"]
    names = [got.event["data"]["name"] for got in receiver.received]
    assert names == ["Search", "Find", "Find"]
    assert receiver.received[0].event["agent"]["summary"] == "Alice"


def test_a_ping_greets(acme, receiver):
    subscription = subscribe(acme, receiver, "incident.triggered")

    subscriptions.ping(subscription, actor=by(acme), at=NOON)
    tell()

    [got] = receiver.received
    assert got.event["event_type"] == "pagey.ping"
    assert got.event["resource_type"] == "pagey"
    assert got.event["data"] == {
        "message": "Hello from your friend Pagey!",
        "type": "ping",
    }
