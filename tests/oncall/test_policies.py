"""Escalation policies are created, changed and deleted, and their pages show them."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.permissions import Actor, NotPermitted
from oncall import escalation, policies, queries
from oncall.models import EscalationPolicy
from oncall.refusals import InUse
from tests import factories
from tests.factories import NOON


def by(person: factories.Person) -> Actor:
    return Actor("web", person.membership)


def draft(*levels: policies.Level, **fields) -> policies.Draft:
    return policies.Draft(**{"name": "Payments", "levels": levels, **fields})


def level(*targets, delay: int = 15, public_id: str = "") -> policies.Level:
    return policies.Level(delay, targets, public_id)


def create(acme, *levels: policies.Level, **fields) -> EscalationPolicy:
    return policies.create(
        acme.account, actor=by(acme.alice), at=NOON, draft=draft(*levels, **fields)
    )


def described(policy: EscalationPolicy) -> list[tuple[int, list[str]]]:
    plan = queries.plan_of(policy)
    return [
        (level.delay.seconds // 60, [target.name for target in level.targets])
        for level in plan.levels
    ]


# The verbs


def test_a_policy_is_created_with_its_levels_and_the_audit_log_says_so(acme):
    schedule = factories.schedule(acme.account, acme.bob.membership)

    policy = create(
        acme,
        level(schedule, acme.alice.membership, delay=5),
        level(acme.bob.membership, delay=10),
        repeats=2,
    )

    assert described(policy) == [(5, ["Primary", "Alice"]), (10, ["Bob"])]
    assert policy.repeats == 2
    entry = acme.account.audit_entries.get()
    assert (entry.action, entry.subject) == ("created escalation policy", "Payments")
    assert entry.membership == acme.alice.membership


def test_a_responder_cannot_create_change_or_delete_a_policy(acme):
    wanted = draft(level(acme.bob.membership))
    policy = factories.policy(acme.account, [acme.bob.membership], name="Mine")

    with pytest.raises(NotPermitted):
        policies.create(acme.account, actor=by(acme.bob), at=NOON, draft=wanted)
    with pytest.raises(NotPermitted):
        policies.update(policy, actor=by(acme.bob), at=NOON, draft=wanted)
    with pytest.raises(NotPermitted):
        policies.delete(policy, actor=by(acme.bob), at=NOON)
    assert not acme.account.escalation_policies.filter(name="Payments").exists()


@pytest.mark.parametrize("count", [0, 11])
def test_a_level_has_one_to_ten_targets(acme, count):
    people = [
        factories.person(acme.account, f"Person{number}").membership
        for number in range(count)
    ]

    with pytest.raises(ValidationError, match="Level 1"):
        create(acme, level(*people))
    assert not acme.account.escalation_policies.filter(name="Payments").exists()


def test_a_level_may_have_ten_targets(acme):
    people = [
        factories.person(acme.account, f"Person{number}").membership
        for number in range(10)
    ]

    assert len(described(create(acme, level(*people)))[0][1]) == 10


def test_a_policy_needs_a_level_and_a_level_needs_a_sensible_delay(acme):
    with pytest.raises(ValidationError, match="at least one level"):
        create(acme)
    with pytest.raises(ValidationError):
        create(acme, level(acme.bob.membership, delay=0))


def test_levels_swap_places_and_keep_their_ids(acme):
    policy = create(acme, level(acme.alice.membership), level(acme.bob.membership))
    first, second = policies.draft_of(policy).levels

    policies.update(policy, actor=by(acme.alice), at=NOON, draft=draft(second, first))

    assert [names for _, names in described(policy)] == [["Bob"], ["Alice"]]
    ids = [rule.public_id for rule in policy.rules.all()]
    assert ids == [second.public_id, first.public_id]


def test_a_changed_policy_leaves_the_plans_of_incidents_alone(acme):
    policy = create(acme, level(acme.alice.membership))
    plan = queries.plan_of(policy).as_json()

    policies.update(
        policy, actor=by(acme.alice), at=NOON, draft=draft(level(acme.bob.membership))
    )

    reached = queries.people_of(
        acme.account, escalation.Plan.from_json(plan).levels[0], NOON
    )
    assert [found.membership.name for found in reached] == ["Alice"]
    assert described(policy) == [(15, ["Bob"])]


def test_a_policy_that_services_use_cannot_be_deleted(acme):
    with pytest.raises(InUse) as refusal:
        policies.delete(acme.policy, actor=by(acme.alice), at=NOON)

    assert refusal.value.users == [acme.service]
    assert acme.account.escalation_policies.filter(pk=acme.policy.pk).exists()


def test_a_policy_that_nothing_uses_is_deleted(acme):
    policy = create(acme, level(acme.bob.membership))

    policies.delete(policy, actor=by(acme.alice), at=NOON)

    assert not acme.account.escalation_policies.filter(name="Payments").exists()
    assert acme.account.audit_entries.first().action == "deleted escalation policy"


def test_a_target_of_another_account_is_refused_by_the_database(acme, globex):

    @transaction.atomic
    def intrude() -> None:
        create(acme, level(globex.mallory.membership))
        connection.check_constraints()

    with pytest.raises(IntegrityError):
        intrude()
