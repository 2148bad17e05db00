"""Services through the API, and what it refuses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.permissions import Actor
from incidents import actions, maintenance
from tests import factories
from tests.integrations.api.conftest import errors, key

LIMA = {
    "type": "fixed_time_per_day",
    "time_zone": "America/Lima",
    "days_of_week": [1, 2, 3, 4, 5],
    "start_time": "09:00:00",
    "end_time": "17:00:00",
}
BY_HOURS = {
    "type": "use_support_hours",
    "during_support_hours": {"type": "constant", "urgency": "high"},
    "outside_support_hours": {"type": "constant", "urgency": "severity_based"},
}
RAISE = {
    "type": "urgency_change",
    "at": {"type": "named_time", "name": "support_hours_start"},
    "to_urgency": "high",
}
API = Actor("api")


def reference(row, kind: str) -> dict[str, str]:
    return {"id": row.public_id, "type": f"{kind}_reference"}


def body(world, name: str = "Search", **more) -> dict:
    policy = reference(world.policy, "escalation_policy")
    service = {"type": "service", "name": name, "escalation_policy": policy}
    return {"service": {**service, **more}}


def put(api, service, **members):
    return api.put(f"/services/{service.public_id}", {"service": members})


def names(answer) -> list[str]:
    return [service["name"] for service in answer.json()["services"]]


def now() -> datetime:
    return datetime.now(UTC)


def test_a_service_is_made_with_what_is_usual(api, acme):
    made = api.post("/services", body(acme))

    assert made.status_code == 201
    service = made.json()["service"]
    assert service["name"] == service["summary"] == "Search"
    assert service["status"] == "active"
    assert service["acknowledgement_timeout"] == 1800
    assert service["auto_resolve_timeout"] == 14_400
    assert service["incident_urgency_rule"] == {"type": "constant", "urgency": "high"}
    assert service["support_hours"] is None
    assert service["scheduled_actions"] == []
    assert service["integrations"] == []
    assert service["last_incident_timestamp"] is None
    assert service["escalation_policy"]["id"] == acme.policy.public_id
    assert service["html_url"].endswith(f"/service-directory/{service['id']}")
    assert service["alert_grouping_parameters"] == {"type": None, "config": None}
    pause = service["auto_pause_notifications_parameters"]
    assert pause == {"enabled": False, "timeout": None}
    assert api.get(f"/services/{service['id']}").json() == made.json()
    entry = acme.account.audit_entries.first()
    assert (entry.action, entry.via) == ("created service", "api")


def test_a_service_is_of_its_policys_team(api, acme):
    team = acme.account.teams.create(name="Payments")
    acme.policy.team = team
    acme.policy.save()

    made = api.post("/services", body(acme)).json()["service"]

    assert [t["summary"] for t in made["teams"]] == ["Payments"]
    assert names(api.get("/services", **{"team_ids[]": team.public_id})) == ["Search"]


def test_what_is_sent_comes_back(api, acme):
    sent: dict[str, Any] = {
        "description": "Finds things",
        "acknowledgement_timeout": None,
        "auto_resolve_timeout": 0,
        "incident_urgency_rule": BY_HOURS,
        "support_hours": LIMA,
        "scheduled_actions": [RAISE],
        "alert_creation": "create_alerts_and_incidents",
        "alert_grouping_parameters": {"type": "time", "config": {"timeout": 5}},
        "auto_pause_notifications_parameters": {"enabled": True, "timeout": 300},
    }
    made = api.post("/services", body(acme, **sent)).json()["service"]

    expected = {**sent, "auto_resolve_timeout": None}
    assert {name: made[name] for name in expected} == expected
    # A read service may be sent back as it is.
    again = api.put(f"/services/{made['id']}", {"service": made})
    assert again.json()["service"] == made


def test_a_change_leaves_alone_what_it_does_not_name(api, acme):
    made = api.post(
        "/services",
        body(acme, incident_urgency_rule=BY_HOURS, support_hours=LIMA),
    ).json()["service"]

    changed = api.put(f"/services/{made['id']}", {"service": {"name": "Find"}})

    assert changed.status_code == 200
    assert changed.json()["service"] == {**made, "name": "Find", "summary": "Find"}


@pytest.mark.parametrize(
    ("parameters", "shown"),
    [
        ({"type": "time", "config": {"timeout": 0}}, None),
        (
            {
                "type": "content_based",
                "config": {
                    "aggregate": "any",
                    "fields": ["source", "custom_details.host"],
                    "time_window": 900,
                },
            },
            None,
        ),
        ({"type": None}, {"type": None, "config": None}),
        (None, {"type": None, "config": None}),
    ],
)
def test_alerts_are_grouped_as_said(api, acme, parameters, shown):
    answer = put(api, acme.service, alert_grouping_parameters=parameters)

    service = answer.json()["service"]
    assert service["alert_grouping_parameters"] == (shown or parameters)


def test_the_older_spelling_of_grouping_is_taken(api, acme):
    answer = put(api, acme.service, alert_grouping="time", alert_grouping_timeout=2)

    service = answer.json()["service"]
    assert service["alert_grouping_parameters"] == {
        "type": "time",
        "config": {"timeout": 2},
    }
    assert (service["alert_grouping"], service["alert_grouping_timeout"]) == ("time", 2)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"incident_urgency_rule": BY_HOURS}, "Support hours: A rule by support hours"),
        (
            {"incident_urgency_rule": {**BY_HOURS, "urgency": "high"}},
            "during_support_hours",
        ),
        (
            {"support_hours": {**LIMA, "time_zone": "Mars/Olympus"}},
            "Mars/Olympus is not a time zone",
        ),
        ({"support_hours": {**LIMA, "days_of_week": [8]}}, "Days of week"),
        ({"support_hours": {"time_zone": "UTC"}}, "Days of week is required."),
        ({"scheduled_actions": [{**RAISE, "to_urgency": "low"}]}, "The only action"),
        ({"acknowledgement_timeout": -1}, "Acknowledgement timeout"),
        (
            {"alert_grouping_parameters": {"type": "intelligent", "config": {}}},
            "not by intelligent",
        ),
        (
            {
                "alert_grouping_parameters": {
                    "type": "content_based",
                    "config": {"aggregate": "all", "fields": ["colour"]},
                }
            },
            "Alerts have no field called colour.",
        ),
        (
            {"auto_pause_notifications_parameters": {"enabled": True}},
            "Timeout is required.",
        ),
        ({"name": ""}, "Name"),
        ({"escalation_policy": {"id": "PNOSUCH"}}, "no escalation_policy PNOSUCH"),
    ],
)
def test_an_unfit_change_is_refused_in_sentences(api, acme, members, words):
    answer = put(api, acme.service, **members)

    assert answer.status_code == 400
    assert words in errors(answer)[0]
    acme.service.refresh_from_db()
    assert acme.service.urgency_rule == "high"


def test_a_name_is_taken_once(api, acme):
    answer = api.post("/services", body(acme, "Checkout"))

    assert answer.status_code == 400
    assert "name" in errors(answer)[0]


def test_a_service_takes_no_policy_of_another_account(api, acme, globex):
    answer = api.post("/services", body(globex))

    assert answer.status_code == 400
    assert errors(answer)[0].startswith("Escalation policy: There is no")


def test_a_service_is_disabled_and_enabled(api, acme):
    off = put(api, acme.service, status="disabled").json()["service"]
    kept = put(api, acme.service, status="critical").json()["service"]
    on = put(api, acme.service, status="active").json()["service"]

    assert (off["status"], kept["status"]) == ("disabled", "disabled")
    assert on["status"] == "active"
    actions_taken = [e.action for e in acme.account.audit_entries.all()[:2]]
    assert actions_taken == ["enabled service", "disabled service"]


def test_the_status_follows_from_the_incidents_and_the_windows(api, acme):
    path = f"/services/{acme.service.public_id}"

    def status() -> str:
        return api.get(path).json()["service"]["status"]

    incident = actions.open_incident(acme.service, actor=API, at=now(), title="Down")
    assert status() == "critical"
    assert api.get(path).json()["service"]["last_incident_timestamp"] is not None

    actions.acknowledge(incident, actor=Actor("web", acme.alice.membership), at=now())
    assert status() == "warning"

    maintenance.plan(
        acme.account,
        actor=API,
        at=now(),
        services=[acme.service],
        starts_at=now(),
        ends_at=now() + timedelta(hours=1),
    )
    assert status() == "maintenance"


def test_services_are_found_by_words_name_and_order(api, acme):
    factories.service(acme.account, acme.policy, "Search")
    factories.service(acme.account, acme.policy, "Search index")

    assert names(api.get("/services")) == ["Checkout", "Search", "Search index"]
    assert names(api.get("/services", query="sea")) == ["Search", "Search index"]
    assert names(api.get("/services", name="Search")) == ["Search"]
    newest = names(api.get("/services", sort_by="name:desc"))
    assert newest == ["Search index", "Search", "Checkout"]
    assert api.get("/services", sort_by="color").status_code == 400
    assert api.get("/services", **{"include[]": "people"}).status_code == 400


def test_what_is_included_is_full(api, acme):
    wanted = ["escalation_policies", "teams", "integrations"]
    acme.service.team = acme.account.teams.create(name="Payments")
    acme.service.save()

    (service,) = api.get("/services", **{"include[]": wanted}).json()["services"]

    assert service["escalation_policy"]["type"] == "escalation_policy"
    assert service["escalation_policy"]["escalation_rules"]
    assert service["teams"][0]["name"] == "Payments"
    assert service["integrations"][0]["integration_key"] == acme.integration.key
    plain = api.get("/services").json()["services"][0]
    assert plain["escalation_policy"]["type"] == "escalation_policy_reference"
    assert plain["integrations"][0]["type"] == (
        "events_api_v2_inbound_integration_reference"
    )


def test_a_list_takes_as_many_queries_for_many(
    api, acme, django_assert_max_num_queries, django_assert_num_queries
):
    wanted = {"include[]": ["escalation_policies", "teams", "integrations"]}
    api.get("/services", **wanted)
    with django_assert_max_num_queries(40) as few:
        api.get("/services", **wanted)
    for number in range(4):
        policy = factories.policy(
            acme.account, [acme.bob.membership], name=f"P{number}"
        )
        service = factories.service(acme.account, policy, f"Service {number}")
        factories.integration(service)
        actions.open_incident(service, actor=API, at=now(), title="Down")

    with django_assert_num_queries(len(few)):
        answer = api.get("/services", **wanted)
    assert len(names(answer)) == 5


def test_a_service_with_a_history_stays(api, acme):
    fresh = factories.service(acme.account, acme.policy, "Search")
    actions.open_incident(acme.service, actor=API, at=now(), title="Down")

    refused = api.delete(f"/services/{acme.service.public_id}")

    assert refused.status_code == 400
    assert "history" in errors(refused)[0]
    assert api.delete(f"/services/{fresh.public_id}").status_code == 204
    assert api.get(f"/services/{fresh.public_id}").status_code == 404


def test_a_responder_changes_no_service(acme):
    mine = key(acme.account, acme.bob.membership)
    path = f"/services/{acme.service.public_id}"

    assert mine.get(path).status_code == 200
    assert mine.post("/services", body(acme)).status_code == 403
    assert mine.put(path, {"service": {"name": "x"}}).status_code == 403
    assert mine.put(path, {"service": {"status": "disabled"}}).status_code == 403
    assert mine.delete(path).status_code == 403
