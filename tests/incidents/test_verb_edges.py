"""What people do that a table of verbs and statuses does not say."""

from datetime import timedelta

import pytest

from accounts.permissions import Actor
from incidents import actions, states
from incidents.models import Alert, Incident
from tests import factories
from tests.factories import NOON

MINUTE = timedelta(minutes=1)


@pytest.fixture
def alice(acme) -> Actor:
    return Actor("web", acme.alice.membership)


@pytest.fixture
def bob(acme) -> Actor:
    return Actor("sms", acme.bob.membership)


def opened(world, actor, **fields) -> Incident:
    given = {"actor": actor, "at": NOON, "title": "Checkout is down", **fields}
    service = given.pop("service", world.service)
    return actions.open_incident(service, **given)


@pytest.fixture
def incident(acme, alice) -> Incident:
    return opened(acme, alice)


def fresh(incident: Incident) -> Incident:
    return Incident.across_accounts.get(pk=incident.pk)


def alerts(incident: Incident, count: int) -> None:
    Alert.across_accounts.bulk_create(
        Alert(
            account=incident.account,
            service=incident.service,
            incident=incident,
            dedup_key=f"{incident.pk}-{number}",
            summary="Again",
            occurred_at=NOON,
            created_at=NOON,
            last_event_at=NOON,
        )
        for number in range(count)
    )


def unchanged(incident: Incident, verb: str) -> bool:
    return not incident.timeline.filter(verb=verb).exists()


def test_a_second_acknowledgement_adds_a_person_and_starts_the_timeout_again(
    acme, incident, alice, bob
):
    actions.acknowledge(incident, actor=alice, at=NOON)
    actions.acknowledge(incident, actor=bob, at=NOON + MINUTE)

    names = [each.membership.name for each in incident.acknowledgements.all()]
    assert names == ["Alice", "Bob"]
    assert fresh(incident).acknowledgement_expires_at == NOON + 31 * MINUTE
    assert fresh(incident).acknowledged_at == NOON


def test_an_acknowledgement_ends_a_snooze(incident, alice):
    actions.snooze(incident, actor=alice, at=NOON, until=NOON + 90 * MINUTE)
    actions.acknowledge(incident, actor=alice, at=NOON + MINUTE)

    assert fresh(incident).snoozed_until is None
    assert fresh(incident).acknowledgement_expires_at == NOON + 31 * MINUTE


@pytest.mark.parametrize("length", [timedelta(seconds=1), timedelta(days=7)])
def test_a_snooze_lasts_from_a_second_to_seven_days(incident, alice, length):
    actions.snooze(incident, actor=alice, at=NOON, until=NOON + length)

    assert fresh(incident).snoozed_until == NOON + length


@pytest.mark.parametrize(
    "length", [timedelta(seconds=-1), timedelta(0), timedelta(milliseconds=999)]
)
def test_a_snooze_of_less_is_refused(incident, alice, length):
    with pytest.raises(states.NotAllowed, match="a second and seven days"):
        actions.snooze(incident, actor=alice, at=NOON, until=NOON + length)
    assert unchanged(incident, "snooze")


def test_a_second_snooze_replaces_the_first(incident, alice):
    actions.snooze(incident, actor=alice, at=NOON, until=NOON + 90 * MINUTE)
    actions.snooze(incident, actor=alice, at=NOON, until=NOON + 5 * MINUTE)

    assert fresh(incident).snoozed_until == NOON + 5 * MINUTE


# Reassigning


def test_an_incident_goes_to_a_policy_from_its_first_level_on(acme, incident, alice):
    other = factories.policy(acme.account, [acme.bob.membership], name="Other")
    actions.acknowledge(incident, actor=alice, at=NOON)

    given = actions.reassign(incident, actor=alice, at=NOON + MINUTE, policy=other)

    assert (given.status, given.level) == ("triggered", 1)
    assert [row.membership.name for row in given.assignments.all()] == ["Bob"]
    assert given.escalate_at == NOON + 31 * MINUTE
    assert not given.acknowledgements.exists()


@pytest.mark.parametrize("role", ["observer", "responder"])
def test_nobody_gets_an_incident_who_cannot_answer_it(acme, incident, alice, role):
    oscar = factories.person(acme.account, "Oscar", role=role).membership
    if role == "responder":
        oscar.deactivated_at = NOON
        oscar.save()

    with pytest.raises(states.NotAllowed, match="Oscar cannot be given"):
        actions.reassign(incident, actor=alice, at=NOON, people=[oscar])
    with pytest.raises(states.NotAllowed, match="Oscar cannot be given"):
        opened(acme, alice, assignees=[oscar])

    assert unchanged(incident, "reassign")
    assert acme.account.incidents.count() == 1


def test_an_incident_goes_to_people_or_to_a_policy_and_not_to_both(
    acme, incident, alice
):
    both = {"people": [acme.bob.membership], "policy": acme.policy}

    with pytest.raises(states.NotAllowed, match="to people, or to a policy"):
        actions.reassign(incident, actor=alice, at=NOON, **both)

    assert unchanged(incident, "reassign")


# Escalating


def test_an_escalation_behind_the_last_level_begins_the_next_round(acme, alice):
    policy = factories.policy(
        acme.account, [acme.alice.membership], name="Again", repeats=1
    )
    service = factories.service(acme.account, policy, name="Search")
    incident = opened(acme, alice, service=service)

    actions.escalate(incident, actor=alice, at=NOON)
    assert (fresh(incident).level, fresh(incident).round) == (1, 1)

    with pytest.raises(states.NotAllowed, match="No further level"):
        actions.escalate(incident, actor=alice, at=NOON)
    assert (fresh(incident).level, fresh(incident).round) == (1, 1)


@pytest.mark.parametrize("level", [-1, 3, 99])
def test_a_level_that_the_policy_lacks_is_refused(incident, alice, level):
    with pytest.raises(states.NotAllowed, match="no level"):
        actions.escalate(incident, actor=alice, at=NOON, level=level)
    assert unchanged(incident, "escalate")


def test_an_escalation_takes_an_acknowledged_incident_from_its_owner(
    acme, incident, alice
):
    actions.acknowledge(incident, actor=alice, at=NOON)

    actions.escalate(incident, actor=alice, at=NOON)

    assert fresh(incident).status == "triggered"
    assert [row.membership.name for row in incident.assignments.all()] == ["Bob"]


# Merging


def test_incidents_of_several_services_are_merged_at_once(acme, incident, alice):
    service = factories.service(acme.account, acme.policy, name="Search")
    others = [opened(acme, alice, service=service), opened(acme, alice)]
    alerts(others[0], 2)

    merged = actions.merge(incident, actor=alice, at=NOON, sources=others)

    assert merged.status == "triggered"
    assert merged.alerts.count() == 2
    assert {fresh(each).merged_into_id for each in others} == {incident.pk}
    entry = merged.timeline.get(verb="merge")
    assert entry.details == {"numbers": [each.number for each in others]}


def test_a_merged_incident_is_neither_merged_again_nor_reopened(acme, incident, alice):
    source, third = opened(acme, alice), opened(acme, alice)
    actions.merge(incident, actor=alice, at=NOON, sources=[source])

    for act in (
        lambda: actions.merge(third, actor=alice, at=NOON, sources=[source]),
        lambda: actions.merge(source, actor=alice, at=NOON, sources=[third]),
        lambda: actions.reopen(source, actor=alice, at=NOON),
    ):
        with pytest.raises(states.NotAllowed, match="was merged into #1; go on there"):
            act()

    assert fresh(source).status == "resolved"
    assert fresh(third).status == "triggered"


def test_one_source_that_cannot_be_merged_keeps_all_of_them(acme, incident, alice):
    sound, resolved = opened(acme, alice), opened(acme, alice)
    actions.resolve(resolved, actor=alice, at=NOON)

    with pytest.raises(states.NotAllowed, match="cannot merge a resolved"):
        actions.merge(incident, actor=alice, at=NOON, sources=[sound, resolved])

    assert fresh(sound).status == "triggered"
    assert unchanged(incident, "merge")


def test_an_incident_keeps_at_most_a_thousand_alerts(acme, incident, alice):
    other = opened(acme, alice)
    alerts(incident, 600)
    alerts(other, 401)

    with pytest.raises(states.NotAllowed, match="more than 1000 alerts"):
        actions.merge(incident, actor=alice, at=NOON, sources=[other])
    assert other.alerts.count() == 401

    other.alerts.filter(dedup_key=f"{other.pk}-0").delete()
    actions.merge(incident, actor=alice, at=NOON, sources=[other])
    assert incident.alerts.count() == 1000


# Facts


def test_a_title_is_cut_and_never_empty(incident, alice):
    with pytest.raises(states.NotAllowed, match="needs a title"):
        actions.rename(incident, actor=alice, at=NOON, title=" ")
    actions.rename(incident, actor=alice, at=NOON, title="x" * 2000)

    assert fresh(incident).title == "x" * 1024


def test_a_priority_is_set_and_taken_away(acme, incident, alice):
    first = acme.account.priorities.first()
    actions.change_priority(incident, actor=alice, at=NOON, priority=first)
    assert fresh(incident).priority == first

    actions.change_priority(incident, actor=alice, at=NOON, priority=None)
    assert fresh(incident).priority is None
