"""An incident from its opening to its end, alone and with others."""

from typing import Any

from tests.clients.python_driver.connections import World


def run(world: World) -> None:
    """Open, find, take on, change, rest, merge and resolve."""
    _open(world)
    _find(world)
    _work(world)
    _rest_and_merge(world)
    _resolve(world)


def _open(world: World) -> None:
    client, service = world.account, world.made["service"]
    there = {"id": service["id"], "type": "service_reference"}
    for name in ("slow", "down", "odd"):
        world.made[name] = client.rpost(
            "incidents",
            json={
                "type": "incident",
                "title": f"It is {name}",
                "service": there,
                "incident_key": f"{name}-1",
                "body": {"type": "incident_body", "details": "p99 4 s"},
            },
        )
    again = {"type": "incident", "title": "Again", "service": there}
    answer = client.post(
        "incidents", json={"incident": {**again, "incident_key": "slow-1"}}
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 2002


def _find(world: World) -> None:
    client, first = world.account, world.made["slow"]
    mine = {
        "service_ids[]": [world.made["service"]["id"]],
        "statuses[]": ["triggered"],
        "urgencies[]": ["high"],
        "user_ids[]": [world.made["bob"]["id"]],
        "sort_by": "created_at:desc",
        "include[]": ["services", "assignees"],
        "date_range": "all",
        "time_zone": "UTC",
    }
    found = client.list_all("incidents", params=mine)
    assert [incident["title"] for incident in found] == [
        "It is odd",
        "It is down",
        "It is slow",
    ]
    assert found[0]["service"]["type"] == "service"
    assert found[0]["created_at"].endswith("Z")
    assert client.rget(f"incidents/{first['incident_number']}")["id"] == first["id"]
    assert client.get_total("incidents", params={"statuses[]": ["resolved"]}) == 0


def _work(world: World) -> None:
    client, first, priority = world.account, world.made["slow"], world.made["priority"]
    taken = _change(client, first, status="acknowledged")
    assert taken["acknowledgements"][0]["acknowledger"]["summary"]
    _change(client, first, title="It is very slow")
    low = _change(client, first, urgency="low")
    assert low["urgency"] == "low"
    known = {"id": priority["id"], "type": "priority_reference"}
    assert _change(client, first, priority=known)["priority"]["id"] == priority["id"]
    owner = client.find("users", world.email, attribute="email")
    assigned = [{"assignee": {"id": owner["id"], "type": "user_reference"}}]
    moved = _change(client, first, assignments=assigned)
    assert moved["assignments"][0]["assignee"]["id"] == owner["id"]
    world.made["owner"] = owner


def _change(client: Any, incident: dict, **members: Any) -> dict:
    body = {"id": incident["id"], "type": "incident_reference", **members}
    changed: dict = client.rput(incident, json=body)
    return changed


def _rest_and_merge(world: World) -> None:
    client, first, second = world.account, world.made["slow"], world.made["down"]
    _change(client, first, urgency="high")
    rested = client.rpost(f"{first['self']}/snooze", json={"duration": 600})
    assert rested["pending_actions"][0]["type"] == "unacknowledge"
    source = {"id": second["id"], "type": "incident_reference"}
    merged = client.rput(f"{first['self']}/merge", json=[source])
    assert merged["id"] == first["id"]
    assert client.rget(second)["status"] == "resolved"


def _resolve(world: World) -> None:
    client = world.account
    ended = client.rput(
        "incidents",
        json=[
            {
                "id": world.made["odd"]["id"],
                "type": "incident_reference",
                "status": "resolved",
                "resolution": "rebooted",
            }
        ],
    )
    assert [incident["status"] for incident in ended] == ["resolved"]
    answer = client.put(
        world.made["odd"]["self"],
        json={"incident": {"type": "incident", "status": "resolved"}},
    )
    assert answer.json()["error"]["code"] == 1001
