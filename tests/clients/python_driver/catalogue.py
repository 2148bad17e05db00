"""Services with their integrations, vendors, priorities and maintenance windows."""

from datetime import UTC, datetime, timedelta

from tests.clients.python_driver.connections import World


def run(world: World) -> None:
    """Make a service that tools can report to, and silence it for a while."""
    _services(world)
    _integrations(world)
    _vendors_and_priorities(world)
    _maintenance_windows(world)


def _services(world: World) -> None:
    client, policy = world.account, world.made["policy"]
    where = {"id": policy["id"], "type": "escalation_policy_reference"}
    service = client.rpost(
        "services",
        json={"type": "service", "name": "Checkout", "escalation_policy": where},
    )
    changed = client.rput(service, json={"acknowledgement_timeout": 900})
    assert changed["acknowledgement_timeout"] == 900
    assert client.rget(service)["escalation_policy"]["id"] == policy["id"]
    assert client.find("services", "Checkout")["id"] == service["id"]
    draft = {"type": "service", "name": "Draft", "escalation_policy": where}
    other = client.rpost("services", json=draft)
    client.rdelete(other)
    assert client.get(other["self"]).status_code == 404
    world.made["service"] = service


def _integrations(world: World) -> None:
    client, service = world.account, world.made["service"]
    for name, kind in (
        ("events", "events_api_v2_inbound_integration"),
        ("older events", "generic_events_api_inbound_integration"),
    ):
        made = client.rpost(
            f"{service['self']}/integrations", json={"type": kind, "name": name}
        )
        assert made["integration_key"]
        assert client.rget(made)["integration_key"] == made["integration_key"]
        assert client.rput(made, json={**made, "name": f"{name}!"})["name"] == (
            f"{name}!"
        )
        world.made[name] = made
    full = client.rget(service, params={"include[]": ["integrations"]})
    keys = {integration["integration_key"] for integration in full["integrations"]}
    assert world.made["events"]["integration_key"] in keys


def _vendors_and_priorities(world: World) -> None:
    client = world.account
    vendor = client.list_all("vendors")[0]
    assert client.rget(vendor)["name"] == vendor["name"]
    world.made["priority"] = client.list_all("priorities")[0]


def _maintenance_windows(world: World) -> None:
    client, service = world.account, world.made["service"]
    start = datetime.now(UTC) + timedelta(days=1)
    window = client.rpost(
        "maintenance_windows",
        json={
            "type": "maintenance_window",
            "start_time": start.isoformat(),
            "end_time": (start + timedelta(hours=1)).isoformat(),
            "services": [{"id": service["id"], "type": "service_reference"}],
        },
    )
    changed = client.rput(window, json={**window, "description": "New database"})
    assert changed["description"] == "New database"
    assert client.rget(window)["services"][0]["id"] == service["id"]
    future = client.list_all("maintenance_windows", params={"filter": "future"})
    assert [found["id"] for found in future] == [window["id"]]
    client.rdelete(window)
    assert client.list_all("maintenance_windows", params={"filter": "future"}) == []
