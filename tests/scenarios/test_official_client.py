"""The client that everybody has, against a running instance: only its host is ours."""

import ssl
from collections.abc import Iterator

import pytest
from pagerduty import HttpError, RestApiV2Client

from tests.scenarios.instance import Up, manage, new_folder, up


@pytest.fixture(scope="module")
def running() -> Iterator[Up]:
    with new_folder() as folder, up(folder, "--tls") as instance:
        made = manage(
            "create_account",
            "Initech",
            "--owner",
            "ann@initech.example",
            *instance.data,
        )
        assert made.returncode == 0, made.stderr
        yield instance


@pytest.fixture(scope="module", params=["", "/api"])
def client(running, request) -> Iterator[RestApiV2Client]:
    """The client with a key of the account, at both addresses of the API."""
    made = manage("create_api_key", "--account", "initech", *running.data)
    assert made.returncode == 0, made.stderr
    authority = running.folder / "tls/ca.pem"
    with RestApiV2Client(
        made.stdout.split()[-1],
        default_from="ann@initech.example",
        base_url=f"https://localhost:{running.port}{request.param}",
        verify=ssl.create_default_context(cafile=authority),
    ) as found:
        yield found


def test_it_knows_the_account_behind_the_key(client):
    assert client.subdomain == "initech"
    assert client.api_key_access == "account"
    assert "teams" in client.jget("/abilities")["abilities"]


def test_it_makes_reads_changes_and_deletes_users_and_policies(client):
    # Somebody new at each address.
    email = f"bob{len(client.url)}@initech.example"
    bob = client.rpost("users", json={"type": "user", "name": "Bob", "email": email})
    client.rpost(
        f"{bob['self']}/contact_methods",
        json={
            "type": "phone_contact_method",
            "label": "Mobile",
            "country_code": 49,
            "address": "15123456789",
        },
    )
    policy = client.rpost(
        "escalation_policies",
        json={
            "type": "escalation_policy",
            "name": "Nights",
            "escalation_rules": [
                {
                    "escalation_delay_in_minutes": 10,
                    "targets": [{"id": bob["id"], "type": "user_reference"}],
                }
            ],
        },
    )

    assert client.find("users", email, attribute="email") == (client.rget(bob["self"]))
    names = {p["name"] for p in client.iter_all("escalation_policies")}
    assert names == {"Default", "Nights"}
    renamed = client.rput(policy, json={"name": "Nights and weekends"})
    assert renamed["escalation_rules"] == policy["escalation_rules"]

    with pytest.raises(HttpError, match="still on call"):
        client.rdelete(bob)
    client.rdelete(policy)
    client.rdelete(bob)
    assert client.get(bob["self"]).status_code == 404


def test_it_makes_previews_overrides_reads_and_deletes_a_schedule(client):
    ann = client.find("users", "ann@initech.example", attribute="email")
    weekly = {
        "name": "Weekly",
        "start": "2027-03-01T09:00:00+01:00",
        "rotation_virtual_start": "2027-03-01T09:00:00+01:00",
        "rotation_turn_length_seconds": 604800,
        "users": [{"user": {"id": ann["id"], "type": "user_reference"}}],
        "restrictions": [
            {
                "type": "daily_restriction",
                "start_time_of_day": "09:00:00",
                "duration_seconds": 32400,
            }
        ],
    }
    sent = {
        "type": "schedule",
        "name": "Primary",
        "time_zone": "Europe/Berlin",
        "schedule_layers": [weekly],
    }
    day = {"since": "2027-03-02T00:00:00+01:00", "until": "2027-03-03T00:00:00+01:00"}

    # The client would wrap it as a "preview", which nobody's server understands.
    answer = client.jpost("/schedules/preview", json={"schedule": sent}, params=day)
    preview = answer["schedule"]
    assert preview["final_schedule"]["rendered_coverage_percentage"] == 37.5
    assert client.list_all("schedules") == []

    made = client.rpost("schedules", json=sent)
    evening = {
        "start": "2027-03-02T18:00:00+01:00",
        "end": "2027-03-02T19:30:00+01:00",
        "user": {"id": ann["id"], "type": "user_reference"},
    }
    (outcome,) = client.rpost(f"{made['self']}/overrides", json=[evening])
    assert outcome["status"] == 201
    (override,) = client.rget(f"{made['self']}/overrides", params=day)
    assert override["id"] == outcome["override"]["id"]

    shown = client.rget(made, params=day)
    (entry,) = shown["final_schedule"]["rendered_schedule_entries"]
    assert (entry["start"], entry["end"]) == (
        "2027-03-02T09:00:00+01:00",
        "2027-03-02T19:30:00+01:00",
    )
    (user,) = client.rget(f"{made['self']}/users", params=day)
    assert user["id"] == ann["id"]
    permanent = client.list_all("oncalls", params={"user_ids[]": [ann["id"]]})
    assert [found["schedule"] for found in permanent] == [None]

    client.rdelete(f"{made['self']}/overrides/{override['id']}")
    renamed = client.rput(made, json={"name": "Secondary"})
    assert renamed["schedule_layers"][0]["id"] == made["schedule_layers"][0]["id"]
    client.rdelete(made)
    assert client.get(made["self"]).status_code == 404


def test_it_works_on_incidents_from_the_opening_to_the_end(client):
    ann = client.find("users", "ann@initech.example", attribute="email")
    policy = client.find("escalation_policies", "Default")
    service = client.rpost(
        "services",
        json={
            "type": "service",
            "name": f"Checkout {len(client.url)}",
            "escalation_policy": {
                "id": policy["id"],
                "type": "escalation_policy_reference",
            },
        },
    )
    there = {"id": service["id"], "type": "service_reference"}
    first, second = (
        client.rpost(
            "incidents", json={"type": "incident", "title": title, "service": there}
        )
        for title in ("Slow", "Down")
    )
    mine = {"service_ids[]": [service["id"]]}

    found = client.list_all("incidents", params=mine)
    assert {incident["title"] for incident in found} == {"Slow", "Down"}
    assert client.rget(f"incidents/{first['incident_number']}")["id"] == first["id"]

    taken = client.rput(first, json={"type": "incident", "status": "acknowledged"})
    assert taken["acknowledgements"][0]["acknowledger"]["id"] == ann["id"]
    rested = client.rpost(f"{first['self']}/snooze", json={"duration": 600})
    assert rested["pending_actions"][0]["type"] == "unacknowledge"
    note = client.rpost(f"{first['self']}/notes", json={"content": "Disk replaced"})
    assert note["content"] == "Disk replaced"
    assert [n["content"] for n in client.rget(f"{first['self']}/notes")] == [
        "Disk replaced"
    ]
    assert client.list_all(f"{first['self']}/alerts") == []

    merged = client.rput(
        f"{first['self']}/merge",
        json=[{"id": second["id"], "type": "incident_reference"}],
    )
    assert merged["id"] == first["id"]
    assert client.rget(second)["status"] == "resolved"
    with pytest.raises(HttpError, match="Incident Already Resolved"):
        client.rput(second, json={"type": "incident", "status": "resolved"})

    ended = client.rput(
        "incidents",
        json=[{"id": first["id"], "type": "incident_reference", "status": "resolved"}],
    )
    assert [incident["status"] for incident in ended] == ["resolved"]
    entries = client.list_all(f"{first['self']}/log_entries")
    assert entries[0]["type"] == "trigger_log_entry"
    assert entries[-1]["type"] == "resolve_log_entry"
    assert client.rget(entries[-1])["id"] == entries[-1]["id"]
    newest = next(iter(client.iter_all("log_entries")))
    assert newest["incident"]["id"] == first["id"]
