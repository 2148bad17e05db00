"""What the API does to incidents: one, several, snooze, merge."""

import pytest
from django.utils import timezone

from accounts.permissions import Actor
from incidents import actions
from tests import factories
from tests.integrations.api.conftest import errors, key
from tests.integrations.api.test_incidents import code, opened, user


@pytest.fixture
def api(acme):
    """Acme's key, which says that Bob acts."""
    return key(acme.account, From=acme.bob.user.email)


@pytest.fixture
def incident(acme):
    return opened(acme)


def path(incident, more: str = "") -> str:
    return f"/incidents/{incident.public_id}{more}"


def change(api, incident, **members):
    return api.put(path(incident), {"incident": {"type": "incident", **members}})


def changed(api, incident, **members) -> dict:
    answer = change(api, incident, **members)
    assert answer.status_code == 200, answer.json()
    return answer.json()["incident"]


def bob(acme) -> Actor:
    return Actor("web", acme.bob.membership)


def test_it_is_acknowledged_given_back_resolved_and_reopened(api, incident):
    taken = changed(api, incident, status="acknowledged", duration=600)
    assert taken["status"] == "acknowledged"
    assert [a["acknowledger"]["summary"] for a in taken["acknowledgements"]] == ["Bob"]
    assert taken["pending_actions"][0]["type"] == "unacknowledge"

    given_back = changed(api, incident, status="triggered")
    assert (given_back["status"], given_back["acknowledgements"]) == ("triggered", [])

    ended = changed(api, incident, status="resolved", resolution="rebooted")
    assert (ended["status"], ended["assignments"]) == ("resolved", [])
    assert ended["resolved_at"] is not None
    notes = api.get(path(incident, "/notes")).json()["notes"]
    assert [note["content"] for note in notes] == ["rebooted"]

    again = changed(api, incident, status="triggered")
    assert (again["status"], again["resolved_at"]) == ("triggered", None)
    assert again["assignments"][0]["assignee"]["summary"] == "Alice"


def test_what_is_acknowledged_when_it_is_reopened_is_the_callers(api, incident):
    changed(api, incident, status="resolved")

    again = changed(api, incident, status="acknowledged")

    assert again["status"] == "acknowledged"
    assert [a["assignee"]["summary"] for a in again["assignments"]] == ["Bob"]


def test_to_resolve_what_is_resolved_is_refused(api, incident):
    changed(api, incident, status="resolved")

    answer = change(api, incident, status="resolved")

    assert code(answer) == (400, 1001)
    assert errors(answer) == ["You cannot resolve a resolved incident."]


def test_title_priority_and_urgency_change(api, acme, incident):
    priority = acme.account.priorities.get(name="P2")

    after = changed(api, incident, title="Worse", priority="P2", urgency="low")
    assert (after["title"], after["urgency"]) == ("Worse", "low")
    assert after["priority"]["id"] == priority.public_id
    assert after["status"] == "triggered"
    assert changed(api, incident, priority=None)["priority"] is None
    # Said once more, nothing happens.
    entries = incident.timeline.count()
    changed(api, incident, title="Worse", urgency="low", priority=None)
    assert incident.timeline.count() == entries


def test_it_is_given_to_people_and_to_a_policy(api, acme, incident):
    nights = factories.policy(acme.account, [acme.bob.membership], name="Nights")

    theirs = changed(api, incident, assignments=[{"assignee": user(acme.bob)}])
    assert theirs["assigned_via"] == "direct_assignment"
    assert theirs["assignments"][0]["assignee"]["summary"] == "Bob"

    policy = {"id": nights.public_id, "type": "escalation_policy_reference"}
    assert changed(api, incident, escalation_policy=policy)["assigned_via"] == (
        "escalation_policy"
    )


def test_it_escalates_where_there_is_a_level(api, incident):
    after = changed(api, incident, escalation_level=2)
    assert [a["assignee"]["summary"] for a in after["assignments"]] == ["Bob"]

    assert code(change(api, incident, escalation_level=7)) == (400, 1006)
    changed(api, incident, urgency="low")
    refused = change(api, incident, escalation_level=1)
    assert code(refused) == (400, 1006)
    assert "low-urgency" in errors(refused)[0]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"status": "sleeping"}, (400, 2001)),
        ({"priority": "P77"}, (400, 1020)),
        ({"title": " "}, (400, 2001)),
        ({"assignments": [{}]}, (400, 2001)),
        ({"assignments": [{"assignee": {"id": "PNOBODY000000"}}]}, (400, 2001)),
    ],
)
def test_a_change_of_no_sense_changes_nothing(api, incident, members, expected):
    answer = change(api, incident, **{"urgency": "low", **members})

    assert code(answer) == expected
    incident.refresh_from_db()
    assert incident.urgency == "high"


def test_it_stays_with_its_service(api, acme, incident):
    other = factories.service(acme.account, acme.policy, "Other")

    refused = change(api, incident, service={"id": other.public_id})

    assert errors(refused) == ["Service: An incident stays with its service."]
    same = {"id": acme.service.public_id, "type": "service_reference"}
    assert changed(api, incident, service=same)["service"]["summary"] == "Checkout"


def test_several_change_together_or_not_at_all(api, acme):
    first, second = opened(acme, "one"), opened(acme, "two")
    wanted = [
        {"id": second.public_id, "type": "incident_reference", "status": "resolved"},
        {"id": first.public_id, "type": "incident", "status": "acknowledged"},
    ]

    answer = api.put("/incidents", {"incidents": wanted})
    found = answer.json()["incidents"]
    assert [(i["title"], i["status"]) for i in found] == [
        ("two", "resolved"),
        ("one", "acknowledged"),
    ]

    # The second has ended already.
    for one in wanted:
        one["status"] = "resolved"
    assert code(api.put("/incidents", {"incidents": wanted})) == (400, 1001)
    first.refresh_from_db()
    assert first.status == "acknowledged"


def test_several_are_at_most_250_that_exist(api, acme, incident):
    one = {"id": incident.public_id, "type": "incident", "status": "acknowledged"}

    assert code(api.put("/incidents", {"incidents": [one] * 251})) == (413, 2001)
    assert code(api.put("/incidents", {"incidents": [one, one]})) == (400, 2001)
    missing = [one, {**one, "id": "QNOTHING00000"}]
    assert code(api.put("/incidents", {"incidents": missing})) == (400, 1004)
    assert code(api.put("/incidents", {"incidents": []})) == (400, 2001)
    nameless = key(acme.account).put("/incidents", {"incidents": [one]})
    assert code(nameless) == (400, 1008)
    incident.refresh_from_db()
    assert incident.status == "triggered"


def test_a_stranger_changes_nothing(acme, globex, incident):
    mallory = key(globex.account, From="mallory@globex.example")

    assert code(change(mallory, incident, status="resolved")) == (404, 2100)
    one = {"id": incident.public_id, "type": "incident", "status": "resolved"}
    assert code(mallory.put("/incidents", {"incidents": [one]})) == (400, 1004)
    incident.refresh_from_db()
    assert incident.status == "triggered"


def test_an_observer_changes_nothing(acme, incident):
    olga = factories.person(acme.account, "Olga", "observer").membership
    looking = key(acme.account, olga)

    assert code(change(looking, incident, status="acknowledged")) == (403, 2010)
    assert code(looking.post(path(incident, "/snooze"), {"duration": 60})) == (
        403,
        2010,
    )


def test_it_is_snoozed(api, incident):
    answer = api.post(path(incident, "/snooze"), {"duration": 3600})

    assert answer.status_code == 201
    found = answer.json()["incident"]
    assert found["status"] == "acknowledged"
    [rest] = [a for a in found["pending_actions"] if a["type"] == "unacknowledge"]
    incident.refresh_from_db()
    assert rest["at"] == incident.snoozed_until.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("duration", [0, 604801, "60", True, 1.5])
def test_a_snooze_has_a_length(api, incident, duration):
    answer = api.post(path(incident, "/snooze"), {"duration": duration})

    assert code(answer) == (400, 1013)


def test_what_is_resolved_is_not_snoozed(api, acme, incident):
    actions.resolve(incident, actor=bob(acme), at=timezone.now())

    assert code(api.post(path(incident, "/snooze"), {"duration": 60})) == (400, 1001)
    assert code(api.post(path(incident, "/snooze"), {})) == (400, 2003)


def test_incidents_become_one(api, acme, incident):
    other = opened(acme, "two")
    sources = {"source_incidents": [{"id": other.public_id, "type": "incident"}]}

    answer = api.put(path(incident, "/merge"), sources)

    assert answer.status_code == 200
    assert answer.json()["incident"]["id"] == incident.public_id
    merged = api.get(path(other)).json()["incident"]
    assert merged["status"] == "resolved"
    assert merged["resolve_reason"]["type"] == "merge_resolve_reason"
    assert merged["resolve_reason"]["incident"]["id"] == incident.public_id
    assert code(api.put(path(incident, "/merge"), sources)) == (400, 1019)


def test_into_what_has_ended_nothing_is_merged(api, acme, incident):
    other = opened(acme, "two")
    sources = {"source_incidents": [{"id": other.public_id, "type": "incident"}]}
    itself = {"source_incidents": [{"id": incident.public_id, "type": "incident"}]}

    assert code(api.put(path(incident, "/merge"), itself)) == (400, 2001)
    assert code(api.put(path(incident, "/merge"), {})) == (400, 2001)
    actions.resolve(incident, actor=bob(acme), at=timezone.now())
    assert code(api.put(path(incident, "/merge"), sources)) == (400, 1001)
    other.refresh_from_db()
    assert other.status == "triggered"
