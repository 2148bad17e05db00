"""From an event to an alert to an incident."""

from datetime import timedelta
from itertools import count

import pytest

from incidents import intake
from incidents.models import Alert, Event, Incident
from tests import factories
from tests.factories import NOON


def send(world, action: str, dedup_key: str, **body) -> intake.Receipt | None:
    body = {"summary": f"{dedup_key} broke", "severity": "critical", **body}
    return intake.receive(world.integration.key, action, dedup_key, body, at=NOON)


def outcomes() -> list[str]:
    return [event.outcome for event in Event.across_accounts.order_by("id")]


def test_an_unknown_key_is_nobodys_event(acme):
    assert intake.receive("0" * 32, "trigger", "k", {}, at=NOON) is None
    assert Event.across_accounts.count() == 0


def test_a_trigger_opens_an_alert_and_an_incident_and_plans_the_page(acme):
    send(acme, "trigger", "db", custom_details={"host": "db1", "load": [3, 4]})
    intake.process(NOON)

    incident = acme.account.incidents.get()
    alert = incident.alerts.get()
    assert (incident.title, incident.urgency, incident.level) == ("db broke", "high", 1)
    assert incident.description == "host: db1\nload: 3\nload: 4"
    assert (alert.dedup_key, alert.severity) == ("db", "critical")
    assert incident.notifications.get().membership == acme.alice.membership
    assert outcomes() == ["opened"]


def test_each_integration_is_worked_at_its_own_time_however_long_a_round_takes(
    acme, globex
):
    send(acme, "trigger", "db")
    send(globex, "trigger", "db")
    seconds = (NOON + timedelta(seconds=number) for number in count())

    assert intake.process_round(lambda: next(seconds)) == 2

    first, second = Incident.across_accounts.order_by("id")
    assert first.created_at < second.created_at
    begun = second.timeline.get(verb="level_started")
    assert begun.at == second.created_at


def test_triggers_with_one_dedup_key_are_one_alert(acme):
    for _ in range(3):
        send(acme, "trigger", "db")
    intake.process(NOON)
    send(acme, "trigger", "db")
    intake.process(NOON)

    assert Incident.across_accounts.count() == 1
    assert Alert.across_accounts.get().event_count == 4
    assert outcomes() == ["opened", "repeated", "repeated", "repeated"]


def test_an_event_that_repeats_one_of_its_own_batch_knows_its_alert(acme):
    send(acme, "trigger", "db")
    send(acme, "trigger", "db")
    intake.process(NOON)

    alert = Alert.across_accounts.get()
    assert [event.alert for event in Event.across_accounts.all()] == [alert, alert]


def test_a_resolve_ends_the_incident_and_a_later_trigger_opens_another(acme):
    for action in ("trigger", "resolve", "trigger"):
        send(acme, action, "db")
    intake.process(NOON)

    statuses = Incident.across_accounts.order_by("id").values_list("status", flat=True)
    assert list(statuses) == ["resolved", "triggered"]


def test_an_incident_with_several_alerts_resolves_with_the_last_of_them(acme):
    send(acme, "trigger", "a")
    send(acme, "trigger", "b")
    intake.process(NOON)
    first, second = acme.account.incidents.order_by("id")
    second.alerts.update(incident=first)

    send(acme, "resolve", "a")
    intake.process(NOON)
    first.refresh_from_db()
    assert first.status == "triggered"

    send(acme, "resolve", "b")
    intake.process(NOON)
    first.refresh_from_db()
    assert first.status == "resolved"


def test_an_acknowledge_stops_the_paging_in_the_name_of_the_tool(acme):
    send(acme, "trigger", "db")
    send(acme, "acknowledge", "db")
    intake.process(NOON)

    incident = acme.account.incidents.get()
    assert incident.status == "acknowledged"
    assert incident.acknowledgements.get().name == "Monitoring"


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_an_answer_without_an_open_alert_is_dropped_and_recorded(acme, action):
    send(acme, action, "db")
    intake.process(NOON)
    assert outcomes() == ["unmatched"]


@pytest.mark.promise(16)
def test_a_dedup_key_belongs_to_its_integration(acme):
    other = factories.integration(acme.service, "Other")
    send(acme, "trigger", "db")
    intake.receive(other.key, "resolve", "db", {}, at=NOON)
    intake.process(NOON)
    assert acme.account.incidents.get().status == "triggered"


def test_a_disabled_service_opens_nothing(acme):
    acme.service.disabled_at = NOON
    acme.service.save()
    send(acme, "trigger", "db")
    intake.process(NOON)
    assert outcomes() == ["disabled"]


@pytest.mark.parametrize(
    ("severity", "urgency"),
    [("critical", "high"), ("error", "high"), ("warning", "low"), ("info", "low")],
)
def test_severity_decides_the_urgency_where_the_service_says_so(
    acme, severity, urgency
):
    acme.service.urgency_rule = "severity_based"
    acme.service.save()
    send(acme, "trigger", "db", severity=severity)
    intake.process(NOON)
    assert acme.account.incidents.get().urgency == urgency


@pytest.mark.promise(7)
def test_an_event_that_cannot_be_worked_steps_aside_and_still_opens_an_incident(acme):
    send(acme, "trigger", "poison", severity="longer than the column")
    send(acme, "trigger", "fine")
    at = NOON
    for _ in range(6):
        intake.process(at)
        waiting = Event.across_accounts.filter(processed_at=None).first()
        at = (waiting and waiting.retry_at) or at

    assert sorted(outcomes()) == ["failed", "opened"]
    assert acme.account.incidents.count() == 2


def test_a_burst_takes_a_number_of_queries_that_does_not_grow(
    acme, django_assert_max_num_queries
):
    for number in range(100):
        send(acme, "trigger", f"k{number}")
    with django_assert_max_num_queries(45):
        intake.process(NOON)
    assert acme.account.incidents.count() == 100
