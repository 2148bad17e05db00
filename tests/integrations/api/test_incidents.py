"""Incidents, through the API: to list, open and show."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.permissions import Actor
from incidents import actions
from tests import factories
from tests.integrations.api.conftest import errors, key


@pytest.fixture
def api(acme):
    """Acme's key, which says that Bob acts."""
    return key(acme.account, From=acme.bob.user.email)


def service(world) -> dict[str, str]:
    return {"id": world.service.public_id, "type": "service_reference"}


def user(person) -> dict[str, str]:
    return {"id": person.membership.public_id, "type": "user_reference"}


def body(world, title: str = "Checkout is slow", **more) -> dict:
    incident = {"type": "incident", "title": title, "service": service(world)}
    return {"incident": {**incident, **more}}


def opened(world, title: str = "Checkout is slow", at=None, **more):
    return actions.open_incident(
        more.pop("service", world.service),
        actor=Actor("web", world.bob.membership),
        at=at or timezone.now(),
        title=title,
        **more,
    )


def titles(answer) -> list[str]:
    return [incident["title"] for incident in answer.json()["incidents"]]


def code(answer) -> tuple[int, int]:
    return answer.status_code, answer.json()["error"]["code"]


def test_an_incident_is_opened_and_pages_the_policy_of_its_service(api, acme):
    made = api.post(
        "/incidents",
        body(
            acme,
            urgency="high",
            incident_key="slow-1",
            body={"type": "incident_body", "details": "p99 4 s"},
            priority={"id": acme.account.priorities.first().public_id},
        ),
    )

    assert made.status_code == 201
    incident = made.json()["incident"]
    assert incident["status"] == "triggered"
    assert incident["incident_key"] == "slow-1"
    assert incident["summary"] == f"[#{incident['incident_number']}] Checkout is slow"
    assert [a["assignee"]["summary"] for a in incident["assignments"]] == ["Alice"]
    assert incident["assigned_via"] == "escalation_policy"
    assert incident["last_status_change_by"]["summary"] == "Bob"
    assert incident["escalation_policy"]["id"] == acme.policy.public_id
    assert incident["priority"]["summary"] == "P1"
    assert [each["type"] for each in incident["pending_actions"]] == ["escalate"]
    assert acme.account.notifications.filter(membership=acme.alice.membership).exists()
    path = f"/incidents/{incident['id']}"
    shown = api.get(path, **{"include[]": "body"}).json()["incident"]
    assert shown.pop("body") == {"type": "incident_body", "details": "p99 4 s"}
    assert shown == incident
    by_number = api.get(f"/incidents/{incident['incident_number']}").json()
    assert by_number["incident"] == incident


def test_who_opens_one_for_themselves_has_it_and_is_not_paged(api, acme):
    made = api.post(
        "/incidents", body(acme, assignments=[{"assignee": user(acme.bob)}])
    )

    incident = made.json()["incident"]
    assert incident["status"] == "acknowledged"
    assert incident["assigned_via"] == "direct_assignment"
    assert incident["acknowledgements"][0]["acknowledger"]["summary"] == "Bob"
    assert not acme.account.notifications.filter(status="planned").exists()


def test_one_for_somebody_else_pages_them(api, acme):
    made = api.post(
        "/incidents", body(acme, assignments=[{"assignee": user(acme.alice)}])
    )

    assert made.json()["incident"]["status"] == "triggered"
    [page] = acme.account.notifications.filter(status="planned")
    assert page.membership == acme.alice.membership


def test_a_policy_may_be_named(api, acme):
    other = factories.policy(acme.account, [acme.bob.membership], name="Nights")

    made = api.post("/incidents", body(acme, escalation_policy={"id": other.public_id}))

    incident = made.json()["incident"]
    assert incident["escalation_policy"]["summary"] == "Nights"
    assert incident["assignments"][0]["assignee"]["summary"] == "Bob"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": ""}, "Title may not be blank."),
        ({"service": None}, "Service may not be null."),
        ({"service": {"id": "PNOTHING00000"}}, "Service: There is no service"),
        ({"urgency": "middling"}, "Urgency: "),
        ({"priority": "P77"}, "There is no such priority."),
        ({"body": {"details": {"a": 1}}}, "Body: This must be an object"),
        ({"assignments": [{}]}, "Assignee is required."),
    ],
)
def test_an_incident_that_makes_no_sense_is_refused(api, acme, change, words):
    answer = api.post("/incidents", body(acme, **change))

    assert answer.status_code == 400
    assert any(words in sentence for sentence in errors(answer)), errors(answer)
    assert not acme.account.incidents.exists()


def test_people_and_a_policy_at_once_are_refused(api, acme):
    answer = api.post(
        "/incidents",
        body(
            acme,
            assignments=[{"assignee": user(acme.bob)}],
            escalation_policy={"id": acme.policy.public_id},
        ),
    )

    assert errors(answer) == ["Send assignments or an escalation policy, not both."]


def test_the_key_of_an_open_incident_is_taken(api, acme):
    first = api.post("/incidents", body(acme, incident_key="slow-1"))
    path = f"/incidents/{first.json()['incident']['id']}"

    again = api.post("/incidents", body(acme, incident_key="slow-1"))
    api.put(path, {"incident": {"type": "incident", "status": "resolved"}})
    afterwards = api.post("/incidents", body(acme, incident_key="slow-1"))

    assert code(again) == (400, 2002)
    assert errors(again) == [
        "Open incident with matching dedup key already exists on this service"
    ]
    assert afterwards.status_code == 201


def test_an_accounts_key_says_who_acts(acme):
    nameless, own = key(acme.account), key(acme.account, acme.bob.membership)

    assert code(nameless.post("/incidents", body(acme))) == (400, 1008)
    assert own.post("/incidents", body(acme)).status_code == 201
    stranger = key(acme.account, From="nobody@acme.example")
    assert code(stranger.post("/incidents", body(acme))) == (400, 1008)


def test_an_observer_opens_nothing(acme):
    olga = factories.person(acme.account, "Olga", "observer").membership

    answer = key(acme.account, olga).post("/incidents", body(acme))

    assert code(answer) == (403, 2010)
    assert not acme.account.incidents.exists()


def test_incidents_are_found_by_what_they_are(api, acme):
    team = acme.account.teams.create(name="Payments")
    paying = factories.service(acme.account, acme.policy, "Payments", team=team)
    actor, now = Actor("web", acme.bob.membership), timezone.now()
    opened(acme, "one", incident_key="k-1")
    two = opened(acme, "two", urgency="low", service=paying)
    three = opened(acme, "three", assignees=[acme.bob.membership])
    actions.acknowledge(two, actor=Actor("web", acme.alice.membership), at=now)
    actions.resolve(three, actor=actor, at=now)

    def found(**query):
        answer = api.get("/incidents", sort_by="incident_number", **query)
        assert answer.status_code == 200
        return titles(answer)

    assert found() == ["one", "two", "three"]
    assert titles(api.get("/incidents")) == ["three", "two", "one"]
    assert found(**{"statuses[]": ["triggered", "acknowledged"]}) == ["one", "two"]
    assert found(statuses="resolved") == ["three"]
    assert found(**{"urgencies[]": "low"}) == ["two"]
    assert found(**{"service_ids[]": paying.public_id}) == ["two"]
    assert found(**{"team_ids[]": team.public_id}) == ["two"]
    alice = acme.alice.membership.public_id
    assert found(**{"user_ids[]": alice}) == ["one", "two"]
    # Who had a resolved incident has it no more.
    assert found(**{"user_ids[]": acme.bob.membership.public_id}) == []
    assert found(incident_key="k-1") == ["one"]
    assert found(**{"statuses[]": "triggered", "urgencies[]": "low"}) == []


def test_an_incident_is_found_by_the_key_of_its_alert(api, acme):
    incident = opened(acme, "one")
    opened(acme, "two")
    factories.alert(incident, "db-7")

    assert titles(api.get("/incidents", incident_key="db-7")) == ["one"]


def test_the_last_month_is_shown_unless_another_time_is_asked_for(api, acme):
    now = timezone.now()
    opened(acme, "old", at=now - timedelta(days=60))
    opened(acme, "new", at=now - timedelta(days=1))
    since = (now - timedelta(days=70)).isoformat()
    until = (now - timedelta(days=50)).isoformat()

    assert titles(api.get("/incidents")) == ["new"]
    assert titles(api.get("/incidents", date_range="all")) == ["new", "old"]
    assert titles(api.get("/incidents", since=since, until=until)) == ["old"]
    assert titles(api.get("/incidents", until=until)) == ["old"]
    long_ago = (now - timedelta(days=400)).isoformat()
    assert code(api.get("/incidents", since=long_ago)) == (400, 2005)
    assert code(api.get("/incidents", since=until, until=since)) == (400, 2004)


@pytest.mark.parametrize(
    "query",
    [
        {"statuses[]": "sleeping"},
        {"urgencies[]": "middling"},
        {"sort_by": "title"},
        {"include[]": "secrets"},
        {"since": "yesterday"},
        {"date_range": "some"},
        {"time_zone": "Mars/Olympus"},
    ],
)
def test_a_filter_of_no_sense_is_refused(api, acme, query):
    assert code(api.get("/incidents", **query)) == (400, 2001)


def test_lists_have_pages_and_an_order(api, acme):
    for number in range(4):
        opened(acme, f"{number}", urgency="low" if number == 2 else "high")

    page = api.get("/incidents", limit=2, offset=1, total="true").json()
    assert [page[name] for name in ("limit", "offset", "more", "total")] == [
        2,
        1,
        True,
        4,
    ]
    assert [i["title"] for i in page["incidents"]] == ["2", "1"]
    ordered = api.get("/incidents", sort_by="urgency:desc,incident_number:desc")
    assert titles(ordered) == ["2", "3", "1", "0"]


def test_what_is_included_is_full(api, acme):
    team = acme.account.teams.create(name="Payments")
    acme.account.services.update(team=team)
    incident = opened(acme)
    actor = Actor("web", acme.bob.membership)
    actions.acknowledge(incident, actor=actor, at=timezone.now())
    path, names = (
        f"/incidents/{incident.public_id}",
        [
            "acknowledgers",
            "agents",
            "assignees",
            "escalation_policies",
            "first_trigger_log_entries",
            "priorities",
            "services",
            "teams",
            "users",
        ],
    )

    found = api.get(path, **{"include[]": names}).json()["incident"]

    assert found["assignments"][0]["assignee"]["email"] == "alice@acme.example"
    assert found["acknowledgements"][0]["acknowledger"]["name"] == "Bob"
    assert found["last_status_change_by"]["email"] == "bob@acme.example"
    assert found["escalation_policy"]["name"] == "Default"
    assert found["first_trigger_log_entry"]["type"] == "trigger_log_entry"
    assert found["teams"][0]["name"] == "Payments"
    assert found["service"]["name"] == "Checkout"
    assert titles(api.get("/incidents", **{"include[]": names})) == [incident.title]


def test_times_are_spelled_in_the_zone_asked_for(api, acme):
    opened(acme, at=factories.NOON)

    found = api.get("/incidents", time_zone="Asia/Tokyo", date_range="all").json()

    assert found["incidents"][0]["created_at"] == "2027-03-10T21:00:00+09:00"


def test_the_number_of_queries_does_not_grow(api, acme, django_assert_max_num_queries):
    def ask():
        return api.get("/incidents", **{"include[]": ["users", "services"]})

    opened(acme)
    ask()
    with django_assert_max_num_queries(40) as few:
        ask()
    for _ in range(9):
        opened(acme)
    with django_assert_max_num_queries(len(few)):
        assert len(ask().json()["incidents"]) == 10


def test_nothing_is_found_under_a_name_of_nobody(api, acme, stranger):
    incident = opened(acme)

    assert code(api.get("/incidents/QNOTHING00000")) == (404, 2100)
    assert code(api.get("/incidents/99999")) == (404, 2100)
    assert code(stranger.get(f"/incidents/{incident.number}")) == (404, 2100)
    assert titles(stranger.get("/incidents")) == []
