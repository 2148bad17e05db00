"""What a part in a team allows: more than the role, and only for what the team owns."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import people
from accounts.models import Membership
from accounts.permissions import ROLES, Ability, Actor, NotPermitted
from incidents import actions, catalogue, heartbeats, maintenance
from incidents.noise import holding, rules
from oncall import overrides, policies, rotations, tags
from tests import factories
from tests.conftest import World
from tests.factories import NOON

PARTS = ("", "observer", "responder", "manager")
LEVELS = ("observer", "responder", "manager", "admin", "owner")
RESPOND, CONFIGURE = 1, 2
# Which of the levels an ability needs at least.
NEEDED: dict[Ability, int] = {"view": 0, "respond": RESPOND, "configure": CONFIGURE}


def member(world: World, role: str, part: str, team) -> Membership:
    made = factories.person(world.account, "Mia", role).membership
    if part:
        made.places.create(account=world.account, team=team, part=part)
    return world.account.memberships.select_related("user").get(pk=made.pk)


@pytest.fixture
def owned(acme):
    """Acme's service, policy and a schedule belong to Payments."""
    team = acme.account.teams.create(name="Payments")
    for row in (acme.service, acme.policy):
        row.team = team
        row.save()
    return team


def acknowledge(world, by):
    incident = actions.open_incident(
        world.service, actor=Actor("engine"), at=NOON, title="Down"
    )
    actions.acknowledge(incident, **by)


def open_incident(world, by):
    actions.open_incident(world.service, title="Down", **by)


def resolve_many(world, by):
    incident = actions.open_incident(
        world.service, actor=Actor("engine"), at=NOON, title="Down"
    )
    actions.resolve_all([incident], **by)


def let_through(world, by):
    holding.let_through(world.service, **by)


def cover(world, by):
    schedule = factories.schedule(
        world.account, world.alice.membership, team=world.service.team
    )
    overrides.create(
        schedule,
        membership=world.alice.membership,
        starts_at=NOON,
        ends_at=NOON + timedelta(hours=1),
        **by,
    )


def update_service(world, by):
    catalogue.update_service(world.service, name="Shop", **by)


def disable_service(world, by):
    catalogue.disable_service(world.service, **by)


def add_integration(world, by):
    catalogue.add_integration(world.service, name="Zabbix", **by)


def rotate_key(world, by):
    catalogue.rotate_key(world.integration, **by)


def create_service(world, by):
    team = world.service.team
    catalogue.create_service(
        world.account, name="Own", escalation_policy=world.policy, team=team, **by
    )


def add_heartbeat(world, by):
    length = timedelta(minutes=5)
    heartbeats.create(world.service, name="Backup", interval=length, grace=length, **by)


def add_rule(world, by):
    condition = {"field": "source", "operator": "contains", "value": "staging"}
    rules.create(world.service, name="Staging", conditions=[condition], **by)


def plan_maintenance(world, by):
    maintenance.plan(
        world.account,
        services=[world.service],
        starts_at=NOON,
        ends_at=NOON + timedelta(hours=1),
        **by,
    )


def update_policy(world, by):
    draft = replace(policies.draft_of(world.policy), name="Other")
    policies.update(world.policy, draft=draft, **by)


def create_policy(world, by):
    draft = replace(policies.draft_of(world.policy), name="Own")
    draft = replace(draft, levels=tuple(replace(v, public_id="") for v in draft.levels))
    policies.create(world.account, draft=draft, **by)


def update_schedule(world, by):
    schedule = factories.schedule(
        world.account, world.alice.membership, team=world.service.team
    )
    draft = replace(rotations.draft_of(schedule), name="Other")
    rotations.update(schedule, draft=draft, **by)


def seat(world, by):
    people.seat(world.service.team, world.bob.membership, None, **by)


def tag(world, by):
    tags.put(world.policy, ["Payments"], **by)


VERBS = {
    acknowledge: RESPOND,
    open_incident: RESPOND,
    resolve_many: RESPOND,
    let_through: RESPOND,
    cover: RESPOND,
    update_service: CONFIGURE,
    disable_service: CONFIGURE,
    add_integration: CONFIGURE,
    rotate_key: CONFIGURE,
    create_service: CONFIGURE,
    add_heartbeat: CONFIGURE,
    add_rule: CONFIGURE,
    plan_maintenance: CONFIGURE,
    update_policy: CONFIGURE,
    create_policy: CONFIGURE,
    update_schedule: CONFIGURE,
    seat: CONFIGURE,
    tag: CONFIGURE,
}


def is_done(verb, world, actor) -> bool:
    try:
        verb(world, {"actor": actor, "at": NOON})
    except NotPermitted:
        return False
    return True


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("role", LEVELS)
def test_the_higher_of_role_and_part_counts_for_what_the_team_owns(
    acme, owned, role, part
):
    actor = Actor("web", member(acme, role, part, owned))
    level = max(LEVELS.index(role), LEVELS.index(part or "observer"))

    for ability, least in NEEDED.items():
        assert actor.may(ability, of=acme.service) is (level >= least)
        # For what no team owns, or another one, the role alone.
        assert actor.may(ability) is (ability in ROLES[role])
        assert actor.may_anywhere(ability) is (level >= least)
    assert actor.may("administer", of=acme.service) is ("administer" in ROLES[role])


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_a_verb_asks_for_the_part_of_an_observer(acme, owned, verb, part):
    actor = Actor("web", member(acme, "observer", part, owned))

    assert is_done(verb, acme, actor) is (
        LEVELS.index(part or "observer") >= VERBS[verb]
    )


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_a_part_in_another_team_allows_nothing(acme, owned, verb):
    other = acme.account.teams.create(name="Search")
    actor = Actor("web", member(acme, "observer", "manager", other))

    assert not is_done(verb, acme, actor)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_who_may_only_read_or_has_left_does_nothing(acme, owned, verb):
    mia = member(acme, "observer", "manager", owned)
    assert not is_done(verb, acme, Actor("api", mia, may_write=False))
    mia.deactivated_at = timezone.now()
    assert not is_done(verb, acme, Actor("web", mia))


def test_what_a_team_owns_is_not_taken_elsewhere_without_a_say_there(acme, owned):
    other = acme.account.teams.create(name="Search")
    mia = member(acme, "responder", "manager", owned)
    by: Any = {"actor": Actor("web", mia), "at": NOON}

    for team in (other, None):
        with pytest.raises(NotPermitted):
            catalogue.update_service(acme.service, team=team, **by)
        draft = replace(policies.draft_of(acme.policy), team=team)
        with pytest.raises(NotPermitted):
            policies.update(acme.policy, draft=draft, **by)
    mia.places.create(account=acme.account, team=other, part="manager")
    fresh = acme.account.memberships.get(pk=mia.pk)
    by["actor"] = Actor("web", fresh)
    moved = catalogue.update_service(acme.service, team=other, **by)
    assert moved.team == other


def test_nothing_is_made_for_no_team_without_a_say_in_the_account(acme, owned):
    mia = member(acme, "responder", "manager", owned)

    with pytest.raises(NotPermitted):
        catalogue.create_service(
            acme.account,
            actor=Actor("web", mia),
            at=NOON,
            name="Own",
            escalation_policy=acme.policy,
        )


def test_maintenance_needs_a_say_for_each_service(acme, owned):
    other = factories.service(acme.account, acme.policy, "Search")
    mia = member(acme, "responder", "manager", owned)

    with pytest.raises(NotPermitted):
        maintenance.plan(
            acme.account,
            actor=Actor("web", mia),
            at=NOON,
            services=[acme.service, other],
            starts_at=NOON,
            ends_at=NOON + timedelta(hours=1),
        )


def test_an_incident_can_be_given_to_an_observer_who_responds_in_its_team(acme, owned):
    mia = member(acme, "observer", "responder", owned)
    actor = Actor("web", acme.alice.membership)
    incident = actions.open_incident(
        acme.service, actor=actor, at=NOON, title="Down", assignees=[mia]
    )
    assert incident.assignments.get().membership == mia


@pytest.mark.parametrize(
    ("role", "part"),
    [
        ("owner", "manager"),
        ("admin", "manager"),
        ("manager", "manager"),
        ("responder", "responder"),
        ("observer", "observer"),
    ],
)
def test_who_joins_a_team_gets_no_more_than_their_role_has(acme, owned, role, part):
    mia = member(acme, role, "", owned)
    by: Any = {"actor": Actor("web", acme.alice.membership), "at": NOON}

    people.seat(owned, mia, None, **by)
    assert owned.places.get(membership=mia).part == part
    people.unseat(owned, mia, **by)
    people.save_team(owned, [mia], **by)
    assert owned.places.get(membership=mia).part == part


def test_the_parts_of_a_member_take_one_query(acme, owned, django_assert_num_queries):
    mia = member(acme, "observer", "manager", owned)
    actor = Actor("web", mia)

    with django_assert_num_queries(1):
        for _time in range(5):
            assert actor.may("configure", of=acme.service)
            assert actor.may_anywhere("configure")
