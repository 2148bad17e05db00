"""Alerts that join an incident, as their service groups them."""

from datetime import timedelta

import pytest

from accounts.permissions import Actor
from incidents import actions, intake
from incidents.models import Alert
from incidents.noise import grouping
from tests import factories
from tests.factories import NOON

MINUTE = timedelta(minutes=1)


def group(world, kind="time", window=5 * MINUTE, fields=(), match="all"):
    service = world.service
    service.grouping, service.grouping_window = kind, window
    service.grouping_fields, service.grouping_match = list(fields), match
    service.save()


def send(world, action, dedup_key, at=NOON, **body):
    """Send an event; it is worked with the next one that comes."""
    body = {"summary": f"{dedup_key} broke", "severity": "critical", **body}
    intake.receive(world.integration.key, action, dedup_key, body, at=at)


def work(world, at=NOON):
    """Work what was sent; return the alerts of each incident."""
    intake.process(at)
    return [
        sorted(alert.dedup_key for alert in incident.alerts.all())
        for incident in world.account.incidents.order_by("number")
    ]


def fill(incident, *, up_to):
    """Let an incident that has one alert have so many."""
    Alert.across_accounts.bulk_create(
        Alert(
            account=incident.account,
            service=incident.service,
            incident=incident,
            dedup_key=f"more {number}",
            summary="More broke",
            occurred_at=NOON,
            last_event_at=NOON,
            created_at=NOON,
        )
        for number in range(1, up_to)
    )


def outcomes(world):
    return [event.outcome for event in world.account.events.order_by("id")]


def test_alerts_of_one_moment_are_one_incident(acme):
    group(acme)
    for key in ("a", "b", "c"):
        send(acme, "trigger", key)
    assert work(acme) == [["a", "b", "c"]]
    assert outcomes(acme) == ["opened", "grouped", "grouped"]
    assert acme.account.notifications.count() == 1
    joined = acme.account.incidents.get().timeline.filter(verb="group")
    assert {entry.details["summary"] for entry in joined} == {"b broke", "c broke"}


def test_each_alert_lets_the_window_roll_on(acme):
    group(acme)
    for minutes, key in ((0, "a"), (4, "b"), (8, "c"), (14, "d")):
        send(acme, "trigger", key, at=NOON + minutes * MINUTE)
        grouped = work(acme, at=NOON + minutes * MINUTE)
    assert grouped == [["a", "b", "c"], ["d"]]


def test_a_window_ends_after_a_day_however_it_rolls(acme):
    group(acme, window=timedelta(hours=10))
    for hours, key in ((0, "a"), (9, "b"), (18, "c"), (24, "d")):
        at = NOON + timedelta(hours=hours)
        send(acme, "trigger", key, at=at)
        grouped = work(acme, at=at)
    assert grouped == [["a", "b", "c"], ["d"]]


def test_without_a_window_alerts_join_until_the_incident_is_resolved(acme):
    group(acme, window=None)
    send(acme, "trigger", "a")
    work(acme)
    much_later = NOON + timedelta(days=30)
    send(acme, "trigger", "b", at=much_later)
    assert work(acme, at=much_later) == [["a", "b"]]

    incident = acme.account.incidents.get()
    alice = Actor("web", acme.alice.membership)
    actions.resolve(incident, actor=alice, at=much_later)
    send(acme, "trigger", "c", at=much_later)
    assert work(acme, at=much_later) == [["a", "b"], ["c"]]


def test_an_incident_that_was_opened_by_hand_takes_no_alert(acme):
    group(acme)
    actions.open_incident(acme.service, actor=Actor("web"), at=NOON, title="By hand")
    send(acme, "trigger", "a")
    assert work(acme) == [[], ["a"]]


def test_an_incident_ends_with_the_last_of_its_alerts(acme):
    group(acme)
    send(acme, "trigger", "a")
    send(acme, "trigger", "b")
    send(acme, "resolve", "a")
    work(acme)
    incident = acme.account.incidents.get()
    assert incident.status == "triggered"
    send(acme, "resolve", "b")
    work(acme)
    incident.refresh_from_db()
    assert incident.status == "resolved"


def test_alerts_meet_in_the_order_of_their_events(acme):
    group(acme, window=None)
    send(acme, "trigger", "a")
    work(acme)
    for action, key in (("trigger", "b"), ("resolve", "a"), ("resolve", "b")):
        send(acme, action, key)
    send(acme, "trigger", "c")
    assert work(acme) == [["a", "b"], ["c"]]


def test_alerts_of_two_integrations_meet_on_one_incident(acme):
    group(acme)
    other = factories.integration(acme.service, "Other")
    send(acme, "trigger", "a")
    intake.receive(other.key, "trigger", "a", {"summary": "Also"}, at=NOON)
    assert work(acme) == [["a", "a"]]


def test_content_groups_what_agrees_in_every_field(acme):
    group(acme, "content_based", fields=["source", "custom_details.disk.name"])
    disk, other = {"disk": {"name": "sda"}}, {"disk": {"name": "sdb"}}
    send(acme, "trigger", "a", source="db1", custom_details=disk)
    send(acme, "trigger", "b", source="db1", custom_details=other)
    send(acme, "trigger", "c", source="db2", custom_details=disk)
    work(acme)
    send(acme, "trigger", "d", source="db1", custom_details=disk)
    assert work(acme) == [["a", "d"], ["b"], ["c"]]


def test_content_groups_what_agrees_in_any_field(acme):
    fields = ["source", "class", "custom_details.rack"]
    group(acme, "content_based", fields=fields, match="any")
    send(acme, "trigger", "a", source="db1", custom_details={"rack": 7})
    send(acme, "trigger", "b", source="db2", **{"class": "disk"})
    work(acme)
    send(acme, "trigger", "c", source="db3", custom_details={"rack": 7})
    send(acme, "trigger", "d", source="db4", **{"class": "disk"})
    send(acme, "trigger", "e", source="db4")
    send(acme, "trigger", "f", source="db5", custom_details={"rack": "8"})
    assert work(acme) == [["a", "c"], ["b", "d", "e"], ["f"]]


def test_alerts_without_any_of_the_fields_are_not_alike(acme):
    for match in ("all", "any"):
        group(acme, "content_based", fields=["component"], match=match)
        for key in ("a", "b"):
            send(acme, "trigger", f"{match} {key}")
        work(acme)
    assert acme.account.incidents.count() == 4


def test_a_field_with_a_hostile_name_is_a_name(acme):
    fields = ["custom_details.a__contains", "custom_details.x' OR 1=1 --"]
    group(acme, "content_based", fields=fields, match="any")
    send(acme, "trigger", "a", custom_details={"a__contains": "1"})
    work(acme)
    send(acme, "trigger", "b", custom_details={"a__contains": "1"})
    send(acme, "trigger", "c", custom_details={"a": "1"})
    assert work(acme) == [["a", "b"], ["c"]]


def test_what_joins_an_acknowledged_incident_pages_nobody(acme):
    group(acme)
    send(acme, "trigger", "a")
    send(acme, "acknowledge", "a")
    send(acme, "trigger", "b")
    assert work(acme) == [["a", "b"]]
    assert acme.account.incidents.get().status == "acknowledged"
    assert not acme.account.notifications.filter(status="planned").exists()


def test_a_more_urgent_alert_raises_the_urgency_and_starts_the_paging(acme):
    acme.service.urgency_rule = "severity_based"
    group(acme)
    send(acme, "trigger", "a", severity="info")
    work(acme)
    incident = acme.account.incidents.get()
    assert (incident.urgency, incident.escalate_at) == ("low", None)

    send(acme, "trigger", "b", severity="critical")
    work(acme)
    incident.refresh_from_db()
    assert (incident.urgency, incident.episode) == ("high", 2)
    assert incident.escalate_at == NOON + timedelta(minutes=30)
    page = incident.notifications.get(status="planned")
    assert page.urgency == "high"


def test_alerts_of_one_batch_are_as_urgent_as_the_worst_of_them(acme):
    acme.service.urgency_rule = "severity_based"
    group(acme)
    send(acme, "trigger", "a", severity="info")
    send(acme, "trigger", "b", severity="critical")
    work(acme)
    assert acme.account.incidents.get().urgency == "high"


def test_a_full_incident_lets_the_next_one_open(acme):
    group(acme)
    send(acme, "trigger", "a")
    work(acme)
    fill(acme.account.incidents.get(), up_to=grouping.MOST_ALERTS - 2)
    for key in "bcd":
        send(acme, "trigger", key)
    work(acme)
    send(acme, "trigger", "e")
    first, second = work(acme)
    assert len(first) == grouping.MOST_ALERTS
    assert {"a", "b", "c"} <= set(first)
    assert second == ["d", "e"]


@pytest.mark.promise(16)
@pytest.mark.parametrize("kind", ["", "content_based"])
def test_a_change_of_the_settings_orphans_no_resolve(acme, kind):
    group(acme)
    send(acme, "trigger", "a")
    send(acme, "trigger", "b")
    work(acme)
    group(acme, kind, fields=["source"])
    send(acme, "resolve", "a")
    send(acme, "resolve", "b")
    work(acme)
    assert acme.account.incidents.get().status == "resolved"


@pytest.mark.promise(16)
def test_a_resolve_ends_the_incident_of_a_service_that_was_disabled_since(acme):
    send(acme, "trigger", "a")
    work(acme)
    acme.service.disabled_at = NOON
    acme.service.save()
    send(acme, "resolve", "a")
    send(acme, "trigger", "b")
    work(acme)
    assert acme.account.incidents.get().status == "resolved"
    assert outcomes(acme) == ["opened", "resolved", "disabled"]
