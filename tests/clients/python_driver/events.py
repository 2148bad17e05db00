"""What tools report, by the client of the Events API and by plain requests of v1."""

import time
from datetime import UTC, datetime
from typing import Any

from tests.clients.python_driver.connections import World

SEVERITIES = ("critical", "error", "warning", "info")
PATIENCE = 60.0


def run(world: World) -> None:
    """Report, report again, acknowledge and resolve; tell of a change."""
    client = world.events(world.made["events"]["integration_key"])
    for severity in SEVERITIES:
        key = client.trigger(
            f"Disk {severity}", "db-1", dedup_key=f"disk-{severity}", severity=severity
        )
        assert key == f"disk-{severity}"
    assert client.trigger("Without a key", "db-2")
    assert client.acknowledge("disk-critical") == "disk-critical"
    assert client.resolve("disk-critical") == "disk-critical"
    # Its own idea of now is broken in some versions.
    now = datetime.now(UTC).isoformat()
    client.submit("Deployed 1.2", "ci", custom_details={"by": "Bob"}, timestamp=now)
    client.send_change_event(
        {"summary": "Deployed 1.3", "timestamp": "2026-01-01T00:00:00Z"},
        links=[{"href": "https://ci.example/13", "text": "Build"}],
    )
    refused = world.events("0" * 32).post(
        "/v2/enqueue", json={"event_action": "trigger"}
    )
    assert refused.status_code == 400
    _older(world)
    _alerts(world)


def _older(world: World) -> None:
    key = world.made["older events"]["integration_key"]
    client = world.events(key)
    for kind in ("trigger", "acknowledge", "resolve"):
        answer = client.post(
            "/generic/2010-04-15/create_event.json",
            json={
                "service_key": key,
                "event_type": kind,
                "incident_key": "old-1",
                "description": "Old tools go on",
            },
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["incident_key"] == "old-1"


def _alerts(world: World) -> None:
    client = world.account
    alert = _arrived(world, "disk-error")
    one = f"{alert['incident']['self']}/alerts/{alert['id']}"
    assert client.rget(one)["severity"] == "error"
    ended = {"id": alert["id"], "type": "alert", "status": "resolved"}
    assert client.rput(one, json=ended)["status"] == "resolved"
    other = _arrived(world, "disk-warning")
    sent = [{"id": other["id"], "type": "alert", "status": "resolved"}]
    many = client.rput(f"{other['incident']['self']}/alerts", json=sent)
    assert [found["status"] for found in many] == ["resolved"]
    params = {"statuses[]": ["resolved"], "alert_key": "disk-warning"}
    found = client.list_all(f"{other['incident']['self']}/alerts", params=params)
    assert [one["id"] for one in found] == [other["id"]]


def _arrived(world: World, key: str) -> Any:
    """Read until the worker has taken what was accepted."""
    # With a key of its own, so that this counts for nobody's limit.
    client = world.rest(world.keys["user"])
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for found in client.list_all("incidents", params={"incident_key": key}):
            (alert,) = client.list_all(f"{found['self']}/alerts")
            return alert
    raise AssertionError(f"{key} never became an alert")
