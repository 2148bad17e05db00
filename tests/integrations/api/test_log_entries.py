"""Notes and log entries, through the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.permissions import Actor
from incidents import actions, status_updates
from incidents.models import Notification
from tests import factories
from tests.integrations.api.conftest import errors, key
from tests.integrations.api.test_incidents import code, opened


@pytest.fixture
def api(acme):
    """Acme's key, which says that Bob acts."""
    return key(acme.account, From=acme.bob.user.email)


@pytest.fixture
def incident(acme):
    return opened(acme)


def path(incident, more: str) -> str:
    return f"/incidents/{incident.public_id}/{more}"


def entries(api, where: str, **query) -> list[dict]:
    return api.get(where, **query).json()["log_entries"]


def test_notes_are_written_and_read(api, incident):
    first = api.post(path(incident, "notes"), {"note": {"content": "Disk replaced"}})
    api.post(path(incident, "notes"), {"note": {"content": "All good"}})

    note = first.json()["note"]
    assert (note["content"], note["user"]["summary"]) == ("Disk replaced", "Bob")
    found = api.get(path(incident, "notes")).json()["notes"]
    assert [each["content"] for each in found] == ["All good", "Disk replaced"]
    assert found[1] == note


def test_a_note_needs_words_and_a_writer(api, acme, incident):
    empty = api.post(path(incident, "notes"), {"note": {"content": " "}})
    nameless = key(acme.account).post(
        path(incident, "notes"), {"note": {"content": "Hello"}}
    )

    assert errors(empty) == ["Content may not be blank."]
    assert code(nameless) == (400, 1008)
    assert api.get(path(incident, "notes")).json() == {"notes": []}


def test_what_happened_is_listed_from_the_beginning(api, acme, incident):
    actor, now = Actor("web", acme.bob.membership), timezone.now()
    actions.acknowledge(incident, actor=actor, at=now)
    actions.snooze(incident, actor=actor, at=now, until=now + timedelta(hours=1))
    actions.add_note(incident, actor=actor, at=now, text="Hm")
    actions.rename(incident, actor=actor, at=now, title="Else")
    alice = [acme.alice.membership]
    actions.reassign(incident, actor=actor, at=now, people=alice)
    actions.change_urgency(incident, actor=actor, at=now, urgency="low")
    actions.resolve(incident, actor=actor, at=now)

    found = entries(api, path(incident, "log_entries"))

    assert [entry["type"].removesuffix("_log_entry") for entry in found] == [
        "trigger",
        "assign",
        "acknowledge",
        "snooze",
        "annotate",
        "field_value_change",
        "assign",
        "urgency_change",
        "resolve",
    ]
    assert found[0]["agent"]["summary"] == "Bob"
    assert found[0]["channel"]["type"] == "web_trigger"
    assert found[0]["event_details"] == {"description": "Checkout is slow"}
    assert [a["summary"] for a in found[1]["assignees"]] == ["Alice"]
    assert found[2]["acknowledgement_timeout"] == 1800
    assert found[3]["channel"]["duration"] == 3600
    assert found[3]["changed_actions"][0]["type"] == "unacknowledge"
    assert found[4]["note"] == "Hm"
    assert [a["summary"] for a in found[6]["assignees"]] == ["Alice"]


def test_all_entries_are_listed_the_newest_first(api, acme):
    team = acme.account.teams.create(name="Payments")
    old, new = opened(acme, "old"), opened(acme, "new")

    def numbers(**query):
        found = entries(api, "/log_entries", **query)
        return [entry["incident"]["summary"] for entry in found]

    assert numbers()[0] == f"[#{new.number}] new"
    assert numbers()[-1] == f"[#{old.number}] old"
    assert numbers(**{"team_ids[]": team.public_id}) == []
    acme.account.services.update(team=team)
    assert len(numbers(**{"team_ids[]": team.public_id})) == 4
    soon = (timezone.now() + timedelta(hours=1)).isoformat()
    assert numbers(since=soon) == []
    assert len(numbers(until=soon)) == 4
    assert api.get("/log_entries", **{"include[]": "secrets"}).status_code == 400


def test_only_notes_annotate(api, acme, incident):
    actor, now = Actor("web", acme.bob.membership), timezone.now()
    people = [acme.alice.membership]
    status_updates.subscribe(incident, actor=actor, at=now, people=people)
    actions.add_note(incident, actor=actor, at=now, text="Hm")

    found = entries(api, path(incident, "log_entries"))

    notes = [entry for entry in found if entry["type"] == "annotate_log_entry"]
    assert [note["channel"]["summary"] for note in notes] == ["Hm"]
    assert len(found) == 4


def test_one_entry_is_found_where_it_says(api, acme, stranger, incident):
    [entry, _assigned] = entries(api, path(incident, "log_entries"))
    where = f"/log_entries/{entry['id']}"

    assert entry["self"].endswith(f"{where}?incident_id={incident.public_id}")
    assert api.get(where).json()["log_entry"] == entry
    asked = api.get(where, incident_id=incident.public_id)
    assert asked.json()["log_entry"] == entry
    other = opened(acme, "other")
    assert code(api.get(where, incident_id=other.public_id)) == (404, 2100)
    assert code(stranger.get(where)) == (404, 2100)
    assert entries(stranger, "/log_entries") == []


def test_an_overview_leaves_deliveries_out(api, acme, incident):
    page = acme.account.notifications.get(purpose=Notification.Purpose.PAGE)
    incident.timeline.create(
        account=acme.account,
        verb="notified",
        at=timezone.now(),
        via="engine",
        membership=acme.alice.membership,
        details={"kind": "email", "notification": page.public_id},
    )
    where = path(incident, "log_entries")

    told = entries(api, where)[-1]
    assert told["type"] == "notify_log_entry"
    assert told["user"]["summary"] == "Alice"
    assert told["agent"]["type"] == "service_reference"
    assert told["channel"]["notification"] == {
        "id": page.public_id,
        "type": "email_notification",
        "address": "alice@acme.example",
        "status": "success",
    }
    kinds = {entry["type"] for entry in entries(api, where, is_overview="true")}
    assert kinds == {"trigger_log_entry", "assign_log_entry"}


def test_what_the_tool_sent_stands_at_the_beginning(api, acme, incident):
    factories.alert(
        incident,
        "db-7",
        details={"disk": "91 %"},
        links=[{"href": "https://wiki.example", "text": "Runbook"}],
        images=[{"src": "https://img.example/g.png"}],
    )

    names = ["channels", "services", "incidents", "teams"]
    entry = entries(api, path(incident, "log_entries"), **{"include[]": names})[0]

    assert entry["channel"]["incident_key"] == "db-7"
    assert entry["channel"]["details"] == {"disk": "91 %"}
    assert entry["contexts"] == [
        {"type": "link", "href": "https://wiki.example", "text": "Runbook"},
        {"type": "image", "src": "https://img.example/g.png"},
    ]
    assert entry["service"]["name"] == "Checkout"
    assert entry["incident"]["alert_counts"]["all"] == 1


def test_the_number_of_queries_does_not_grow(api, acme, django_assert_max_num_queries):
    def ask():
        return entries(api, "/log_entries", **{"include[]": ["channels"]})

    opened(acme)
    ask()
    with django_assert_max_num_queries(30) as few:
        ask()
    for _ in range(6):
        opened(acme)
    with django_assert_max_num_queries(len(few)):
        assert len(ask()) == 14
