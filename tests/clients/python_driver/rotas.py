"""Schedules and escalation policies, and who is on call by them."""

from tests.clients.python_driver.connections import World

DAY = {"since": "2027-03-02T00:00:00+01:00", "until": "2027-03-03T00:00:00+01:00"}


def run(world: World) -> None:
    """Make a schedule with an override, a policy on it, and ask who is on call."""
    _schedules(world)
    _overrides(world)
    _policies(world)
    _on_calls(world)
    _throw_away(world)


def _schedules(world: World) -> None:
    client, bob = world.account, world.made["bob"]
    sent = {
        "type": "schedule",
        "name": "Primary",
        "time_zone": "Europe/Berlin",
        "schedule_layers": [_weekly(bob)],
    }
    # The client would wrap it as a "preview", which nobody's server understands.
    answer = client.jpost("/schedules/preview", json={"schedule": sent}, params=DAY)
    final = answer["schedule"]["final_schedule"]
    assert final["rendered_coverage_percentage"] == 37.5
    made = client.rpost("schedules", json=sent)
    assert client.find("schedules", "Primary")["id"] == made["id"]
    shown = client.rget(made, params=DAY)
    assert len(shown["final_schedule"]["rendered_schedule_entries"]) == 1
    (user,) = client.rget(f"{made['self']}/users", params=DAY)
    assert user["id"] == bob["id"]
    renamed = client.rput(made, json={**sent, "description": "By week"})
    assert renamed["description"] == "By week"
    world.made["schedule"] = made


def _weekly(bob: dict) -> dict:
    return {
        "name": "Weekly",
        "start": "2027-03-01T09:00:00+01:00",
        "rotation_virtual_start": "2027-03-01T09:00:00+01:00",
        "rotation_turn_length_seconds": 604800,
        "users": [{"user": {"id": bob["id"], "type": "user_reference"}}],
        "restrictions": [
            {
                "type": "daily_restriction",
                "start_time_of_day": "09:00:00",
                "duration_seconds": 32400,
            }
        ],
    }


def _overrides(world: World) -> None:
    client, schedule = world.account, world.made["schedule"]
    path = f"{schedule['self']}/overrides"
    evening = {
        "start": "2027-03-02T18:00:00+01:00",
        "end": "2027-03-02T19:30:00+01:00",
        "user": {"id": world.made["bob"]["id"], "type": "user_reference"},
    }
    (outcome,) = client.rpost(path, json=[evening])
    assert outcome["status"] == 201
    (override,) = client.rget(path, params=DAY)
    assert override["id"] == outcome["override"]["id"]
    client.rdelete(f"{path}/{override['id']}")
    assert client.rget(path, params=DAY) == []


def _policies(world: World) -> None:
    client, schedule = world.account, world.made["schedule"]
    bob = {"id": world.made["bob"]["id"], "type": "user_reference"}
    rota = {"id": schedule["id"], "type": "schedule_reference"}
    made = client.rpost(
        "escalation_policies",
        json={
            "type": "escalation_policy",
            "name": "Nights",
            "escalation_rules": [
                {"escalation_delay_in_minutes": 10, "targets": [target]}
                for target in (bob, rota)
            ],
        },
    )
    renamed = client.rput(made, json={"name": "Nights and weekends"})
    assert renamed["escalation_rules"] == made["escalation_rules"]
    names = {found["name"] for found in client.iter_all("escalation_policies")}
    assert names == {"Default", "Nights and weekends"}
    assert client.rget(made)["num_loops"] == 0
    team = world.made["team"]
    place = f"teams/{team['id']}/escalation_policies/{made['id']}"
    assert client.put(place, json={}).status_code == 204
    assert client.rget(made)["teams"][0]["id"] == team["id"]
    assert client.delete(place).status_code == 204
    world.made["policy"] = made


def _on_calls(world: World) -> None:
    params = {"user_ids[]": [world.made["bob"]["id"]]}
    found = world.account.list_all("oncalls", params=params)
    assert [(entry["escalation_level"], entry["end"]) for entry in found] == [(1, None)]


def _throw_away(world: World) -> None:
    client = world.account
    policy = client.find("escalation_policies", "Default")
    rules = [
        {"escalation_delay_in_minutes": 5, "targets": rule["targets"]}
        for rule in policy["escalation_rules"]
    ]
    made = client.rpost(
        "escalation_policies",
        json={"type": "escalation_policy", "name": "Draft", "escalation_rules": rules},
    )
    client.rdelete(made)
    draft = {"type": "schedule", "name": "Draft", "time_zone": "UTC"}
    layers = [_weekly(world.made["bob"])]
    schedule = client.rpost("schedules", json={**draft, "schedule_layers": layers})
    client.rdelete(schedule)
    team = client.rpost("teams", json={"type": "team", "name": "Draft"})
    client.rdelete(team)
    for gone in (made, schedule, team):
        assert client.get(gone["self"]).status_code == 404
