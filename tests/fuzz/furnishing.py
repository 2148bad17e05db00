"""The account that is fuzzed: the demo's, and what it lacks; who may call, and ids."""

import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.fuzz.wire import Answer, Http, Wire
from tests.scenarios.instance import Up, manage

# Runs in a process of the instance's own.
KEYS = "from tests.fuzz import keys; keys.main()"
GAP = re.compile(r"\{(\w+)\}")
WIDE = {"limit": "100", "date_range": "all", "urgency": "all"}
SPRING = {"start": "2030-03-01T00:00:00Z", "end": "2030-03-02T00:00:00Z"}
SINGULAR = {"escalation_policies": "escalation_policy"}


@dataclass
class House:
    """Keys of the account, and which rows are in it."""

    wire: Wire
    keys: list[str]
    email: str
    routing_keys: list[str] = field(default_factory=list)
    # The ids below each address that lists something.
    ids: dict[str, list[str]] = field(default_factory=dict)
    # What no address lists.
    given: dict[str, list[str]] = field(default_factory=dict)
    # The ids of each type of resource.
    kinds: dict[str, list[str]] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        """Read without counting it as a call."""
        headers = {"Authorization": f"Token token={self.keys[0]}"}
        return self.wire.send("GET", f"/api{path}", WIDE, headers)

    def post(self, path: str, body: Any) -> Any:
        """Make something; raises ValueError in the words of a refusal."""
        headers = {
            "Authorization": f"Token token={self.keys[1]}",
            "From": self.email,
            "Content-Type": "application/json",
        }
        data = json.dumps(body).encode()
        answer = self.wire.send("POST", f"/api{path}", None, headers, data)
        if answer.status >= 300:
            raise ValueError(f"{path}: {answer.text}")
        return answer.json()

    def look(self, templates: list[str]) -> None:
        """Find out what is there by now, for the gaps of these addresses."""
        self.ids.clear()
        for template in templates:
            for _filled in self.filled(template):
                pass

    def filled(self, template: str) -> Iterator[dict[str, str]]:
        """Fill the gaps of an address with rows that belong to each other."""
        found = GAP.search(template)
        if found is None:
            yield {}
            return
        collection, rest = template[: found.start()], template[found.end() :]
        for one in self._below(collection.rstrip("/"))[:4]:
            for others in self.filled(f"{collection}{one}{rest}"):
                yield {found[1]: one, **others}

    def _below(self, collection: str) -> list[str]:
        if collection not in self.ids:
            self.ids[collection] = self._listed(collection)
        return self.ids[collection]

    def _listed(self, collection: str) -> list[str]:
        if collection in self.given:
            return self.given[collection]
        answer = self.get(collection)
        if answer.status != 200:
            # Nothing lists what can be put there.
            kind = collection.rpartition("/")[2]
            return self.kinds.get(SINGULAR.get(kind, kind.rstrip("s")), [])
        body = answer.json()
        rows = [
            row
            for value in (body.values() if isinstance(body, dict) else [])
            if isinstance(value, list)
            for row in value
            if isinstance(row, dict)
        ]
        for row in rows:
            if "type" in row and "id" in row:
                kind = str(row["type"]).removesuffix("_reference")
                known = self.kinds.setdefault(kind, [])
                if row["id"] not in known:
                    known.append(row["id"])
        return [str(row["id"]) for row in rows if "id" in row]


def furnished(instance: Up) -> House:
    """Make the demo's account, keys for it, and what the demo does not have."""
    _last("load_demo", *instance.data)
    made = json.loads(_last("shell", "-v0", "-c", KEYS, *instance.data))
    house = House(Http(instance.url), made, "alice@example.com")
    fill(house)
    return house


def fill(house: House) -> None:
    """Make again what the calls may have deleted."""
    house.kinds.clear()
    for collection in ("/users", "/services", "/schedules", "/escalation_policies"):
        house._listed(collection)
    user = {"id": house.kinds["user"][0], "type": "user_reference"}
    policy = house.post("/escalation_policies", _policy(user))
    where = _reference(policy["escalation_policy"])
    service = house.post("/services", _service(where))["service"]
    there = _reference(service)
    team = house.post("/teams", {"team": {"name": _fresh("Team")}})["team"]
    schedule = house.post("/schedules", {"schedule": _schedule(user)})["schedule"]
    path = f"/schedules/{schedule['id']}/overrides"
    (made,) = house.post(path, {"overrides": [{**SPRING, "user": user}]})
    house.given[path] = [made["override"]["id"]]
    tag = {"type": "tag", "label": _fresh("Tag")}
    house.post(f"/users/{user['id']}/change_tags", {"add": [tag]})
    house.given[f"/teams/{team['id']}/users"] = [user["id"]]
    _listen(house, there)
    for number in range(3):
        title = f"Incident {number}"
        incident = {"type": "incident", "title": title, "service": there}
        made = house.post("/incidents", {"incident": incident})["incident"]
        path = f"/incidents/{made['id']}"
        house.post(f"{path}/notes", {"note": {"content": "Seen"}})
    window = {
        "type": "maintenance_window",
        "start_time": "2030-01-01T00:00:00Z",
        "end_time": "2030-01-01T01:00:00Z",
        "services": [there],
    }
    house.post("/maintenance_windows", {"maintenance_window": window})
    path = f"/services/{service['id']}/integrations"
    for kind in ("events_api_v2", "generic_events_api"):
        integration = {"type": f"{kind}_inbound_integration", "name": kind}
        made = house.post(path, {"integration": integration})["integration"]
        house.routing_keys.append(made["integration_key"])
        house.given.setdefault(path, []).append(made["id"])


def _listen(house: House, service: dict[str, str]) -> None:
    """Let others be told: by a webhook, and by an extension."""
    url = "https://bus.example/hook"
    subscription = {
        "type": "webhook_subscription",
        "delivery_method": {"type": "http_delivery_method", "url": url},
        "events": ["incident.triggered"],
        "filter": service,
    }
    house.post("/webhook_subscriptions", {"webhook_subscription": subscription})
    found = house.get("/extension_schemas").json()["extension_schemas"]
    schema = next(each for each in found if each["key"] == "generic_webhook")
    extension = {
        "name": _fresh("Bus"),
        "endpoint_url": url,
        "extension_schema": {
            "id": schema["id"],
            "type": "extension_schema_reference",
        },
        "extension_objects": [service],
    }
    house.post("/extensions", {"extension": extension})


def _reference(row: dict[str, Any]) -> dict[str, str]:
    return {"id": row["id"], "type": f"{row['type']}_reference"}


def _policy(user: dict[str, str]) -> dict[str, Any]:
    rule = {"escalation_delay_in_minutes": 10, "targets": [user]}
    name = _fresh("Policy")
    policy = {"type": "escalation_policy", "name": name, "escalation_rules": [rule]}
    return {"escalation_policy": policy}


def _service(policy: dict[str, str]) -> dict[str, Any]:
    name = _fresh("Service")
    return {"service": {"type": "service", "name": name, "escalation_policy": policy}}


def _schedule(user: dict[str, str]) -> dict[str, Any]:
    layer = {
        "start": "2026-01-01T00:00:00Z",
        "rotation_virtual_start": "2026-01-01T00:00:00Z",
        "rotation_turn_length_seconds": 86400,
        "users": [{"user": user}],
    }
    name = _fresh("Schedule")
    return {"name": name, "time_zone": "UTC", "schedule_layers": [layer]}


def _fresh(noun: str) -> str:
    """A name that nothing has yet."""
    return f"{noun} {secrets.token_hex(4)}"


def _last(*command: str) -> str:
    made = manage(*command)
    assert made.returncode == 0, made.stderr
    return made.stdout.split("\n")[-2]
