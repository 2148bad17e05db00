"""Abilities, users with what belongs to them, and teams."""

from tests.clients.python_driver.connections import IS_NEW, World


def run(world: World) -> None:
    """Make Bob, reach him, change him, and put him into a team."""
    _abilities(world)
    _users(world)
    _contact_methods(world)
    _notification_rules(world)
    _handoff_rules(world)
    _teams(world)


def _abilities(world: World) -> None:
    client = world.account
    assert client.subdomain == world.subdomain
    if IS_NEW:
        # The older one meets a bug of its own here.
        assert client.api_key_access == "account"
    assert "teams" in client.jget("/abilities")["abilities"]
    assert client.account_has_ability("teams")


def _users(world: World) -> None:
    client, person = world.account, world.rest(world.keys["user"])
    email = f"bob@{world.subdomain}.example"
    bob = client.rpost("users", json={"type": "user", "name": "Bob", "email": email})
    assert client.find("users", email, attribute="email")["id"] == bob["id"]
    again = client.persist("users", "email", {"email": email, "name": "Bob"})
    assert again["id"] == bob["id"]
    values = {"email": email, "name": "Bob Tanaka", "type": "user"}
    renamed = client.persist("users", "email", values, update=True)
    assert renamed["name"] == "Bob Tanaka"
    assert person.rget("users/me")["email"] == world.email
    assert person.api_key_access == "user"
    full = client.rget(bob, params={"include[]": ["contact_methods"]})
    assert full["contact_methods"][0]["address"] == email
    world.made["bob"] = client.rput(bob, json={"job_title": "Engineer"})
    assert world.made["bob"]["job_title"] == "Engineer"
    gone = client.rpost("users", json={**values, "email": f"gone.{email}"})
    client.rdelete(gone)
    assert client.get(gone["self"]).status_code == 404


def _contact_methods(world: World) -> None:
    client, bob = world.account, world.made["bob"]
    mobile = client.rpost(
        f"{bob['self']}/contact_methods",
        json={
            "type": "sms_contact_method",
            "label": "Mobile",
            "country_code": 49,
            "address": "15123456789",
        },
    )
    assert client.rget(mobile)["address"] == "15123456789"
    assert client.rput(mobile, json={**mobile, "label": "Work"})["label"] == "Work"
    found = client.rget(f"{bob['self']}/contact_methods")
    assert {method["type"] for method in found} == {
        "email_contact_method",
        "sms_contact_method",
    }
    world.made["mobile"] = mobile


def _notification_rules(world: World) -> None:
    client, bob, mobile = world.account, world.made["bob"], world.made["mobile"]
    rule = client.rpost(
        f"{bob['self']}/notification_rules",
        json={
            "type": "assignment_notification_rule",
            "start_delay_in_minutes": 5,
            "urgency": "high",
            "contact_method": {"id": mobile["id"], "type": "sms_contact_method"},
        },
    )
    assert client.rget(rule)["start_delay_in_minutes"] == 5
    later = client.rput(rule, json={**rule, "start_delay_in_minutes": 10})
    assert later["start_delay_in_minutes"] == 10
    found = client.list_all(f"{bob['self']}/notification_rules")
    assert rule["id"] in {found["id"] for found in found}
    client.rdelete(rule)
    assert client.get(rule["self"]).status_code == 404


def _handoff_rules(world: World) -> None:
    client, bob = world.account, world.made["bob"]
    path = f"users/{bob['id']}/oncall_handoff_notification_rules"
    mail = bob["contact_methods"][0]
    method = {"id": mail["id"], "type": "email_contact_method"}
    sent = {
        "handoff_type": "oncall",
        "notify_advance_in_minutes": 60,
        "contact_method": method,
    }
    rule = client.jpost(path, json={"oncall_handoff_notification_rule": sent})
    made = rule["oncall_handoff_notification_rule"]
    one = f"{path}/{made['id']}"
    assert client.jget(one)["oncall_handoff_notification_rule"]["id"] == made["id"]
    assert client.jget(path)["oncall_handoff_notification_rules"]
    sent["notify_advance_in_minutes"] = 120
    changed = client.jput(one, json={"oncall_handoff_notification_rule": sent})
    changed = changed["oncall_handoff_notification_rule"]
    assert changed["notify_advance_in_minutes"] == 120
    client.rdelete(one)


def _teams(world: World) -> None:
    client, bob = world.account, world.made["bob"]
    team = client.rpost("teams", json={"type": "team", "name": "Shop"})
    renamed = client.rput(team, json={**team, "description": "Sells things"})
    assert renamed["description"] == "Sells things"
    assert client.rget(team)["name"] == "Shop"
    assert client.find("teams", "Shop")["id"] == team["id"]
    place = f"{team['self']}/users/{bob['id']}"
    answer = client.put(place, json={"role": "responder"})
    assert answer.status_code == 204, answer.text
    (member,) = client.list_all(f"{team['self']}/members")
    assert (member["user"]["id"], member["role"]) == (bob["id"], "responder")
    client.rdelete(place)
    assert client.list_all(f"{team['self']}/members") == []
    world.made["team"] = team
