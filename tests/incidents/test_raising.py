"""Urgency: what low does not do, and how it is raised and lowered."""

from datetime import UTC, datetime, time, timedelta

import pytest

from accounts.permissions import Actor
from incidents import actions, catalogue, engine, states, timers
from incidents.models import Incident
from tests import factories

MINUTE = timedelta(minutes=1)
# Tuesday evening, outside of the support hours, which begin on Wednesday at nine.
EVENING = datetime(2027, 3, 9, 20, tzinfo=UTC)
MORNING = datetime(2027, 3, 10, 9, tzinfo=UTC)
AT_NINE = {
    "urgency_rule": "use_support_hours",
    "support_time_zone": "UTC",
    "support_days": [1, 2, 3, 4, 5],
    "support_start": time(9),
    "support_end": time(17),
    "raise_at_support_start": True,
}


@pytest.fixture
def alice(acme) -> Actor:
    return Actor("web", acme.alice.membership)


@pytest.fixture
def service(acme, alice):
    return catalogue.update_service(acme.service, actor=alice, at=EVENING, **AT_NINE)


def opened(service, actor, **fields) -> Incident:
    given = {"actor": actor, "at": EVENING, "title": "Disk", **fields}
    return actions.open_incident(service, **given)


def fresh(incident: Incident) -> Incident:
    return Incident.across_accounts.get(pk=incident.pk)


def planned(incident: Incident) -> list[tuple[str, str]]:
    rows = incident.notifications.filter(purpose="page", status="planned")
    return sorted((row.membership.name, row.urgency) for row in rows)


def told(incident: Incident) -> None:
    """Let every page that is planned have left."""
    incident.notifications.update(status="sent", sent_at=EVENING)


# What low does not do


@pytest.fixture
def low(acme, alice) -> Incident:
    return opened(acme.service, alice, urgency="low")


def test_low_urgency_pages_by_its_own_rules_and_never_escalates(acme, low):
    assert planned(low) == [("Alice", "low")]
    assert low.escalate_at is None

    engine.tick(EVENING + timedelta(days=7))

    assert fresh(low).level == 1
    assert not low.timeline.filter(details__level=2).exists()


@pytest.mark.parametrize("level", [None, 1, 2])
def test_low_urgency_does_not_escalate_by_hand_either(low, alice, level):
    with pytest.raises(states.NotAllowed, match="reassign it instead"):
        actions.escalate(low, actor=alice, at=EVENING, level=level)

    assert fresh(low).level == 1
    assert not low.timeline.filter(verb="escalate").exists()


@pytest.mark.parametrize(
    "again",
    [
        lambda low, actor: actions.unacknowledge(low, actor=actor, at=EVENING),
        lambda low, actor: timers.expire_acknowledgement(low, at=EVENING),
        lambda low, actor: timers.end_snooze(low, at=EVENING),
    ],
)
def test_low_urgency_that_is_paged_again_still_does_not_escalate(low, alice, again):
    actions.acknowledge(low, actor=alice, at=EVENING)

    again(low, alice)

    assert fresh(low).escalate_at is None
    assert planned(low) == [("Alice", "low")]


def test_low_urgency_is_reassigned_and_still_does_not_escalate(acme, low, alice):
    actions.reassign(low, actor=alice, at=EVENING, people=[acme.bob.membership])

    assert fresh(low).escalate_at is None
    assert planned(low) == [("Bob", "low")]


# By hand


def test_raising_pages_by_the_rules_for_high_and_escalates(low, alice):
    raised = actions.change_urgency(low, actor=alice, at=EVENING, urgency="high")

    assert raised.escalate_at == EVENING + 30 * MINUTE
    assert planned(low) == [("Alice", "high")]


def test_raising_an_acknowledged_incident_pages_nobody_until_it_is_given_back(
    low, alice
):
    actions.acknowledge(low, actor=alice, at=EVENING)
    actions.change_urgency(low, actor=alice, at=EVENING, urgency="high")
    assert planned(low) == []

    actions.unacknowledge(low, actor=alice, at=EVENING)
    assert planned(low) == [("Alice", "high")]


def test_lowering_ends_the_paging_and_the_escalation(acme, alice):
    incident = opened(acme.service, alice)
    told(incident)
    factories.rule(acme.alice.email, 10, "high")

    lowered = actions.change_urgency(incident, actor=alice, at=EVENING, urgency="low")

    assert lowered.escalate_at is None
    assert planned(incident) == []


def test_lowering_before_anybody_was_told_tells_them_by_the_rules_for_low(acme, alice):
    incident = opened(acme.service, alice)

    actions.change_urgency(incident, actor=alice, at=EVENING, urgency="low")

    assert planned(incident) == [("Alice", "low")]
    assert fresh(incident).escalate_at is None


def test_the_same_urgency_again_is_no_event(low, alice):
    actions.change_urgency(low, actor=alice, at=EVENING, urgency="low")

    assert not low.timeline.filter(verb="change_urgency").exists()


# When the support hours begin


def test_open_low_incidents_become_high_when_the_support_hours_begin(service, alice):
    incident = opened(service, alice)
    assert (incident.urgency, incident.raise_at) == ("low", MORNING)

    engine.tick(MORNING - timedelta(seconds=1))
    assert fresh(incident).urgency == "low"

    engine.tick(MORNING)
    raised = fresh(incident)
    assert (raised.urgency, raised.raise_at) == ("high", None)
    assert raised.escalate_at == MORNING + 30 * MINUTE
    assert planned(incident) == [("Alice", "high")]
    entry = incident.timeline.get(verb="change_urgency")
    assert (entry.name, entry.details) == (
        "Support hours",
        {"from": "low", "to": "high"},
    )


def test_an_incident_that_somebody_has_taken_is_raised_and_pages_nobody(service, alice):
    incident = opened(service, alice)
    actions.snooze(incident, actor=alice, at=EVENING, until=EVENING + 24 * 60 * MINUTE)

    engine.tick(MORNING)

    assert fresh(incident).urgency == "high"
    assert fresh(incident).status == "acknowledged"
    assert planned(incident) == []


def test_a_resolved_incident_is_left_alone_and_a_reopened_one_is_raised(service, alice):
    incident = opened(service, alice)
    actions.resolve(incident, actor=alice, at=EVENING)
    assert fresh(incident).raise_at is None

    actions.reopen(incident, actor=alice, at=EVENING)
    assert fresh(incident).raise_at == MORNING


def test_what_is_lowered_by_hand_is_raised_at_the_next_start(service, alice):
    noon = MORNING + timedelta(hours=3)
    incident = opened(service, alice, at=noon)
    assert (incident.urgency, incident.raise_at) == ("high", None)

    lowered = actions.change_urgency(incident, actor=alice, at=noon, urgency="low")

    assert lowered.raise_at == MORNING + timedelta(days=1)


def test_open_incidents_follow_changed_support_hours(service, alice):
    incident = opened(service, alice)

    by = {"actor": alice, "at": EVENING}
    catalogue.update_service(service, **by, support_start=time(7))
    assert fresh(incident).raise_at == MORNING - timedelta(hours=2)

    catalogue.update_service(service, **by, raise_at_support_start=False)
    assert fresh(incident).raise_at is None


def test_many_are_raised_together_in_few_queries(
    service, alice, django_assert_max_num_queries
):
    incidents = [opened(service, alice) for _number in range(40)]

    with django_assert_max_num_queries(60):
        engine.raise_due(MORNING)

    assert {fresh(incident).urgency for incident in incidents} == {"high"}
    assert {tuple(planned(i)) for i in incidents} == {(("Alice", "high"),)}


def test_one_that_cannot_be_raised_keeps_no_other_back(service, alice):
    broken, sound = opened(service, alice), opened(service, alice)
    Incident.across_accounts.filter(pk=broken.pk).update(plan={"levels": "none"})

    for second in range(200):
        engine.raise_due(MORNING + timedelta(seconds=second))

    assert fresh(sound).urgency == "high"
    # In the end it is high all the same, and the engine escalates it.
    assert fresh(broken).urgency == "high"
    assert fresh(broken).escalate_at is not None
