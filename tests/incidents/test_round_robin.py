"""A round robin level pages one target for each incident, in turns."""

import pytest

from accounts.permissions import Actor
from incidents import actions, opening, responders, timers
from incidents.models import Incident
from oncall import queries
from oncall.escalation import Plan
from oncall.models import EscalationRule
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db

BY = Actor("event")


@pytest.fixture
def ring(acme):
    """Let level 1 be a ring of Alice, Bob and Carol."""
    carol = factories.person(acme.account, "Carol")
    rule = acme.policy.rules.get(level=1)
    factories._target(rule, acme.bob.membership, 1)
    factories._target(rule, carol.membership, 2)
    rule.strategy = EscalationRule.Strategy.ROUND_ROBIN
    rule.save()
    return rule


def opened(acme, **fields) -> Incident:
    return actions.open_incident(
        acme.service, actor=BY, at=NOON, title="Checkout is down", **fields
    )


def stepped(incident: Incident) -> Incident:
    """Let the next level begin when it is due."""
    assert incident.escalate_at is not None
    return timers.step(incident, at=incident.escalate_at)


def holders(incident: Incident) -> list[str]:
    return [row.membership.name for row in incident.assignments.all()]


def paged(incident: Incident) -> list[str]:
    pages = incident.notifications.filter(purpose="page", episode=incident.episode)
    return sorted(page.membership.name for page in pages)


def test_each_incident_goes_to_the_next_of_the_ring(acme, ring):
    incidents = [opened(acme) for _each in range(4)]

    assert [holders(i) for i in incidents] == [["Alice"], ["Bob"], ["Carol"], ["Alice"]]
    assert [paged(i) for i in incidents] == [["Alice"], ["Bob"], ["Carol"], ["Alice"]]
    told = incidents[1].timeline.get(verb="level_started")
    assert told.details["people"] == ["Bob"]


def test_without_round_robin_everyone_of_the_level_is_paged(acme, ring):
    ring.strategy = EscalationRule.Strategy.EVERYONE
    ring.save()

    assert paged(opened(acme)) == ["Alice", "Bob", "Carol"]


def test_incidents_that_open_together_are_spread_over_the_ring(acme, ring):
    drafts = [opening.Draft(title=f"Disk {n}", urgency="high") for n in range(6)]

    incidents = opening.open_many(acme.service, drafts, actor=BY, at=NOON)

    assert [holders(i) for i in incidents] == [["Alice"], ["Bob"], ["Carol"]] * 2
    ring.refresh_from_db()
    assert ring.turns == 6


def test_a_batch_costs_as_many_queries_as_one_incident(
    acme, ring, django_assert_num_queries, django_assert_max_num_queries
):
    one = [opening.Draft(title="Disk", urgency="high")]
    with django_assert_max_num_queries(40) as spent:
        opening.open_many(acme.service, one, actor=BY, at=NOON)
    with django_assert_num_queries(len(spent)):
        opening.open_many(acme.service, one * 9, actor=BY, at=NOON)


def test_who_cannot_be_reached_is_left_out_of_the_ring(acme, ring):
    acme.bob.email.delete()

    incidents = [opened(acme) for _each in range(3)]

    assert [holders(i) for i in incidents] == [["Alice"], ["Carol"], ["Alice"]]


def test_a_schedule_takes_the_turn_of_whoever_is_on_call(acme, ring):
    dora = factories.person(acme.account, "Dora")
    ring.targets.all().delete()
    factories._target(ring, factories.schedule(acme.account, dora.membership), 0)
    factories._target(ring, acme.bob.membership, 1)

    assert [holders(opened(acme)) for _each in range(3)] == [
        ["Dora"],
        ["Bob"],
        ["Dora"],
    ]


def test_paging_the_same_level_again_asks_the_same_person(acme, ring):
    opened(acme)
    incident = opened(acme)
    carol = acme.account.memberships.get(user__name="Carol")
    acknowledged = actions.acknowledge(
        incident, actor=Actor("web", acme.bob.membership), at=NOON
    )

    again = actions.unacknowledge(acknowledged, actor=Actor("web", carol), at=NOON)

    assert holders(again) == ["Bob"]
    assert paged(again) == ["Bob"]
    ring.refresh_from_db()
    assert ring.turns == 2


def test_whoever_acknowledged_is_paged_again_beside_the_one_of_the_ring(acme, ring):
    incident = opened(acme)
    acknowledged = actions.acknowledge(
        incident, actor=Actor("web", acme.bob.membership), at=NOON
    )

    again = timers.expire_acknowledgement(acknowledged, at=NOON)

    assert paged(again) == ["Alice", "Bob"]


def test_the_next_round_is_the_turn_of_the_next_one(acme, ring):
    acme.policy.rules.filter(level=2).delete()
    acme.policy.repeats = 1
    acme.policy.save()
    incident = opened(acme)

    incident = stepped(incident)

    assert incident.round == 1
    assert holders(incident) == ["Bob"]


def test_a_deleted_rule_still_shares_incidents_out(acme, ring):
    acme.policy.repeats = 1
    acme.policy.save()
    incident = opened(acme)
    acme.policy.rules.all().delete()

    first = stepped(incident)
    again = stepped(first)

    gone = Plan.from_json(again.plan).levels[0].rule_id
    assert gone is not None
    assert queries.take_turns(gone, 1) is None
    assert (again.level, again.round) == (1, 1)
    assert holders(again) == ["Bob"]


def test_a_person_named_for_the_incident_takes_no_turn(acme, ring):
    opened(acme, assignees=[acme.bob.membership])

    ring.refresh_from_db()
    assert ring.turns == 0


def test_a_request_to_a_policy_takes_a_turn(acme, ring):
    incident = opened(acme, assignees=[acme.alice.membership])
    asked = [
        responders.ask(
            incident,
            actor=Actor("event", name="Monitoring"),
            at=NOON,
            policies=[acme.policy],
        ).responders[0]
        for _each in range(2)
    ]

    assert [each.membership.name for each in asked] == ["Alice", "Bob"]


def test_the_page_of_a_new_incident_names_the_next_of_the_ring(acme, client, ring):
    opened(acme)
    client.force_login(acme.alice.user)

    said = client.get(
        "/incidents/new/responders/", {"service": acme.service.public_id}
    ).content.decode()

    assert "Create and page Bob" in said
    ring.refresh_from_db()
    assert ring.turns == 1
