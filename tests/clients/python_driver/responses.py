"""What people say and do around an incident: notes, responders, updates, entries."""

from datetime import UTC, datetime, timedelta

from tests.clients.python_driver.connections import World


def run(world: World) -> None:
    """Talk about the incident that is still open, and read what was written down."""
    _notes(world)
    _responders(world)
    _updates(world)
    _log_entries(world)
    _notifications(world)


def _notes(world: World) -> None:
    client, incident = world.account, world.made["slow"]
    note = client.rpost(f"{incident['self']}/notes", json={"content": "Disk replaced"})
    assert note["content"] == "Disk replaced"
    found = list(client.iter_incident_notes(incident["id"]))
    assert note["id"] in {found["id"] for found in found}


def _responders(world: World) -> None:
    client, incident = world.account, world.made["slow"]
    target = {"id": world.made["bob"]["id"], "type": "user_reference"}
    sent = {
        "requester_id": world.made["owner"]["id"],
        "message": "Please join",
        "responder_request_targets": [{"responder_request_target": target}],
    }
    asked = client.jpost(f"{incident['self']}/responder_requests", json=sent)
    assert asked["responder_request"]["message"] == "Please join"
    answer = client.jput(
        f"{incident['self']}/responder_requests/cancel",
        json={
            "requester_id": world.made["owner"]["id"],
            "responder_request_targets": [target],
        },
    )
    assert answer


def _updates(world: World) -> None:
    client, incident = world.account, world.made["slow"]
    path = f"{incident['self']}/status_updates"
    bob = {"subscriber_id": world.made["bob"]["id"], "subscriber_type": "user"}
    client.jpost(f"{path}/subscribers", json={"subscribers": [bob]})
    found = client.jget(f"{path}/subscribers")["subscribers"]
    assert [one["subscriber_id"] for one in found] == [bob["subscriber_id"]]
    update = client.rpost(path, json={"message": "We are on it"})
    assert update["message"] == "We are on it"
    gone = client.jpost(f"{path}/unsubscribe", json={"subscribers": [bob]})
    assert gone["deleted_count"] == 1


def _log_entries(world: World) -> None:
    client, incident = world.account, world.made["slow"]
    entries = client.list_all(f"{incident['self']}/log_entries")
    assert entries[0]["type"] == "trigger_log_entry"
    assert client.rget(entries[-1])["id"] == entries[-1]["id"]
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    history = list(client.iter_history("/log_entries", now - hour, now + hour))
    assert len(history) == client.get_total("/log_entries") > 10
    assert history[0]["created_at"] >= history[-1]["created_at"]


def _notifications(world: World) -> None:
    now = datetime.now(UTC)
    since, until = now - timedelta(hours=1), now + timedelta(hours=1)
    params = {"since": since.isoformat(), "until": until.isoformat()}
    for notification in world.account.list_all("notifications", params=params):
        assert notification["type"].endswith("_notification")
