"""Incidents about ourselves: each opens once, and ends with its cause."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.models import ContactMethod
from accounts.permissions import Actor
from incidents import actions, engine, intake, own, silence, watch
from incidents.models import EngineRun, Errand, Incident, Integration, Notification
from incidents.watching import coverage, providers, refusals
from tests import factories
from tests.factories import NOON

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
WEB = Actor("web")


@pytest.fixture(autouse=True)
def _runs(db):
    """Let the engine have run all day."""
    EngineRun.objects.create(since=NOON - 24 * HOUR, until=NOON + 24 * HOUR)


def own_ones(world) -> list[Incident]:
    return list(world.account.incidents.exclude(own_key="").order_by("id"))


def statuses(world) -> list[str]:
    return [incident.status for incident in own_ones(world)]


def fresh(integration: Integration) -> Integration:
    return Integration.across_accounts.get(pk=integration.pk)


def opened(world, at=NOON, **more) -> Incident | None:
    return own.open_once(
        world.service, "quiet:P1", title="Quiet", lines=["Why"], at=at, **more
    )


# One incident for one cause


def test_it_goes_to_the_owners_and_pages_them(acme):
    incident = opened(acme)

    assert incident is not None
    assert [a.membership for a in incident.assignments.all()] == [acme.alice.membership]
    page = incident.notifications.get()
    assert (page.membership, page.purpose) == (acme.alice.membership, "page")
    assert (incident.own_key, incident.description) == ("quiet:P1", "Why")


def test_it_goes_to_the_team_of_the_service_where_there_is_one(acme):
    team = acme.account.teams.create(name="Payments")
    acme.account.team_memberships.create(team=team, membership=acme.bob.membership)
    acme.service.team = team
    acme.service.save()

    incident = opened(acme)

    assert incident is not None
    assert [a.membership for a in incident.assignments.all()] == [acme.bob.membership]


def test_a_cause_has_one_open_incident(acme, globex):
    assert opened(acme) is not None
    assert opened(acme, at=NOON + HOUR) is None
    assert opened(globex) is not None


def test_it_ends_with_its_cause_and_opens_again_with_it(acme):
    opened(acme)

    ended = watch.end(acme.account, "quiet:P1", at=NOON + MINUTE)

    assert ended is not None
    assert ended.status == "resolved"
    assert watch.end(acme.account, "quiet:P1", at=NOON + MINUTE) is None
    assert opened(acme, at=NOON + HOUR) is not None


def test_who_resolved_it_by_hand_is_left_alone_for_a_day(acme):
    incident = opened(acme)
    assert incident is not None
    actor = Actor("web", acme.alice.membership)
    actions.resolve(incident, actor=actor, at=NOON + MINUTE)

    assert opened(acme, at=NOON + 23 * HOUR) is None
    assert opened(acme, at=NOON + 25 * HOUR) is not None


def test_it_may_rest_after_its_cause_has_ended(acme):
    opened(acme, rest=HOUR)
    watch.end(acme.account, "quiet:P1", at=NOON)

    assert opened(acme, at=NOON + 59 * MINUTE, rest=HOUR) is None
    assert opened(acme, at=NOON + 61 * MINUTE, rest=HOUR) is not None


# An integration went quiet


def spoken(world, at=NOON, **body) -> None:
    body = {"summary": "Down", "severity": "critical", **body}
    intake.receive(world.integration.key, "trigger", uuid4().hex, body, at=at)
    intake.process(at)


def expect(world, length, at=NOON) -> Integration:
    return silence.allow(world.integration, length, actor=WEB, at=at)


def test_a_tool_that_never_spoke_is_not_called_quiet(acme):
    expect(acme, HOUR)
    silence.sweep(NOON + 20 * HOUR)

    assert own_ones(acme) == []


def test_a_tool_that_stops_speaking_opens_an_incident_and_its_next_event_ends_it(acme):
    expect(acme, HOUR)
    spoken(acme)
    silence.sweep(NOON + 59 * MINUTE)
    assert own_ones(acme) == []

    silence.sweep(NOON + HOUR)
    silence.sweep(NOON + 2 * HOUR)

    (incident,) = own_ones(acme)
    assert incident.title == "Monitoring of Checkout went quiet"
    assert "No event came for 1 h." in incident.description

    spoken(acme, at=NOON + 3 * HOUR)
    assert statuses(acme) == ["resolved"]
    assert fresh(acme.integration).quiet_at == NOON + 4 * HOUR


def test_each_event_is_noted_on_the_integration_but_not_more_often_than_needed(acme):
    spoken(acme)
    spoken(acme, at=NOON + timedelta(seconds=5))
    assert fresh(acme.integration).last_event_at == NOON
    spoken(acme, at=NOON + timedelta(seconds=10))
    assert fresh(acme.integration).last_event_at == NOON + timedelta(seconds=10)


def test_events_that_we_have_not_worked_yet_are_no_silence(acme):
    expect(acme, HOUR)
    spoken(acme)
    body = {"summary": "Down", "severity": "critical"}
    intake.receive(acme.integration.key, "trigger", "x", body, at=NOON + 59 * MINUTE)

    silence.sweep(NOON + HOUR)

    assert own_ones(acme) == []
    assert fresh(acme.integration).quiet_at == NOON + HOUR + MINUTE


def test_what_we_could_not_hear_is_no_silence(acme):
    expect(acme, HOUR)
    spoken(acme)
    EngineRun.objects.update(until=NOON + 10 * MINUTE)

    silence.sweep(NOON + HOUR)

    assert own_ones(acme) == []
    assert fresh(acme.integration).quiet_at == NOON + 2 * HOUR


def test_a_disabled_integration_may_be_silent(acme):
    expect(acme, HOUR)
    spoken(acme)
    Integration.across_accounts.update(disabled_at=NOON)

    silence.sweep(NOON + HOUR)

    assert own_ones(acme) == []


def test_switching_the_alarm_off_ends_its_incident(acme):
    expect(acme, HOUR)
    spoken(acme)
    silence.sweep(NOON + HOUR)

    expect(acme, None, at=NOON + 2 * HOUR)

    assert statuses(acme) == ["resolved"]
    assert fresh(acme.integration).quiet_at is None


# Events refused


@pytest.fixture
def refused(acme):
    """A refusal of Acme's tool at noon; nothing of it stays in Redis."""
    refusals.note(acme.integration.key, NOON)
    yield acme
    refusals._redis().hdel(refusals.NOTED, acme.integration.key)


def test_a_refusal_opens_one_incident_and_calm_ends_it(refused):
    refusals.sweep(NOON)
    refusals.note(refused.integration.key, NOON + 10 * MINUTE)
    refusals.sweep(NOON + 20 * MINUTE)
    assert statuses(refused) == ["triggered"]
    assert (
        own_ones(refused)[0].title == "Events of Monitoring for Checkout were refused"
    )

    refusals.sweep(NOON + 25 * MINUTE)

    assert statuses(refused) == ["resolved"]


def test_nothing_refused_opens_nothing(acme):
    refusals.sweep(NOON)

    assert own_ones(acme) == []


def test_a_flood_of_refusals_is_written_once_a_minute(refused):
    key = refused.integration.key
    for second in range(59):
        refusals.note(key, NOON + timedelta(seconds=second))
    assert refusals._recall(NOON)[key] == NOON

    refusals.note(key, NOON + MINUTE)
    assert refusals._recall(NOON)[key] == NOON + MINUTE


def test_an_emptied_redis_does_not_end_it_early(refused):
    refusals.sweep(NOON)
    refusals._redis().delete(refusals.NOTED)

    refusals.sweep(NOON + 14 * MINUTE)
    assert statuses(refused) == ["triggered"]
    refusals.sweep(NOON + 15 * MINUTE)
    assert statuses(refused) == ["resolved"]


# A policy reaches nobody


def unreachable(world) -> None:
    ContactMethod.across_accounts.filter(account=world.account).update(
        disabled_at=NOON, verified_at=None
    )


def test_a_policy_that_reaches_nobody_opens_an_incident_until_it_does(acme):
    spoken(acme)
    coverage.look(acme.account, at=NOON)
    assert own_ones(acme) == []

    unreachable(acme)
    coverage.look(acme.account, at=NOON + HOUR)
    coverage.look(acme.account, at=NOON + 2 * HOUR)
    (incident,) = own_ones(acme)
    assert incident.title == "Policy Default reaches nobody"
    assert incident.urgency == "low"

    factories.contact(acme.bob.membership, "sms", "+15555550100")
    coverage.look(acme.account, at=NOON + 3 * HOUR)
    assert statuses(acme) == ["resolved"]


def test_an_account_to_which_no_tool_has_spoken_is_left_in_peace(acme):
    unreachable(acme)
    coverage.look(acme.account, at=NOON)

    assert own_ones(acme) == []


def test_the_policy_of_a_disabled_service_is_left_in_peace(acme):
    spoken(acme)
    unreachable(acme)
    acme.service.disabled_at = NOON
    acme.service.save()

    coverage.look(acme.account, at=NOON)

    assert own_ones(acme) == []


def test_a_gap_of_every_night_is_told_once_a_week(acme):
    spoken(acme)
    night = {"disabled_at": NOON, "verified_at": None}
    day = {"disabled_at": None, "verified_at": NOON}
    for number in range(9):
        at = NOON + number * 24 * HOUR
        ContactMethod.across_accounts.update(**night)
        coverage.look(acme.account, at=at)
        ContactMethod.across_accounts.update(**day)
        coverage.look(acme.account, at=at + 8 * HOUR)

    assert len(own_ones(acme)) == 2


def test_the_round_goes_over_all_accounts(acme, globex):
    for world in (acme, globex):
        spoken(world)
        unreachable(world)

    assert coverage.sweep(acme.account.pk, NOON) == 0

    assert own_ones(acme) == []
    assert len(own_ones(globex)) == 1


# A provider fails


def failed(world, count, *, kind="sms", at=NOON, **fields) -> list[Notification]:
    """Let so many deliveries of a member of its own each have failed."""
    incident = fields.pop("incident", None) or actions.open_incident(
        world.service, actor=WEB, at=at, title="Down"
    )
    found = []
    for number in range(count):
        person = factories.person(world.account, f"Person{uuid4().hex[:6]}")
        method = factories.contact(person.membership, kind, f"+1555555{number:04}")
        found.append(
            Notification.across_accounts.create(
                account=world.account,
                purpose="page",
                incident=incident,
                membership=person.membership,
                contact_method=method,
                kind=kind,
                **{"status": "failed", "failed_at": at, "send_at": at, **fields},
                error="The provider answered 500",
                planned_for=at,
                created_at=at,
            )
        )
    return found


def test_failing_deliveries_open_an_incident_and_a_success_ends_it(acme):
    methods = [each.contact_method for each in failed(acme, 3)]
    providers.sweep(NOON + 2 * MINUTE)
    providers.sweep(NOON + 3 * MINUTE)

    (incident,) = own_ones(acme)
    assert incident.title.startswith("Deliveries by ")
    assert "The provider answered 500" in incident.description
    assert [a.membership for a in incident.assignments.all()] == [acme.alice.membership]

    providers.sweep(NOON + 20 * MINUTE)
    assert statuses(acme) == ["triggered"]
    ContactMethod.across_accounts.filter(pk=methods[0].pk).update(
        last_delivery_at=NOON + 21 * MINUTE
    )
    providers.sweep(NOON + 22 * MINUTE)
    assert statuses(acme) == ["resolved"]


def tried_again(world, count=3) -> list[Notification]:
    """Let so many deliveries have failed, which are due once more in 3 minutes."""
    later = NOON + 3 * MINUTE
    return failed(
        world, count, status="planned", failed_at=None, attempts=3, send_at=later
    )


def test_deliveries_that_are_tried_again_count_too(acme):
    tried_again(acme)
    providers.sweep(NOON + 2 * MINUTE)

    assert statuses(acme) == ["triggered"]


def test_a_trouble_of_less_than_two_minutes_is_nobodys_business(acme):
    tried_again(acme)
    failed(acme, 3)
    providers.sweep(NOON + 2 * MINUTE - timedelta(seconds=1))

    assert own_ones(acme) == []


def test_addresses_that_took_something_since_do_not_count(acme):
    method = tried_again(acme)[0].contact_method
    reached = ContactMethod.across_accounts.filter(kind=method.kind)
    reached.update(last_delivery_at=NOON + MINUTE)
    providers.sweep(NOON + 2 * MINUTE)

    assert own_ones(acme) == []


def test_two_failures_are_bad_luck(acme):
    failed(acme, 2)
    providers.sweep(NOON + 2 * MINUTE)

    assert own_ones(acme) == []


def test_old_failures_do_not_count(acme):
    failed(acme, 3, at=NOON - 11 * MINUTE)
    providers.sweep(NOON + 2 * MINUTE)

    assert own_ones(acme) == []


def test_a_small_share_does_not_count(acme):
    failed(acme, 3)
    for number in range(4):
        person = factories.person(acme.account, f"Reached{number}")
        method = factories.contact(person.membership, "sms", f"+155555512{number:02}")
        ContactMethod.across_accounts.filter(pk=method.pk).update(last_delivery_at=NOON)
    providers.sweep(NOON + 2 * MINUTE)

    assert own_ones(acme) == []


def test_the_failing_pages_of_an_own_incident_open_no_other(acme):
    incident = opened(acme)
    failed(acme, 5, incident=incident)
    providers.sweep(NOON + 2 * MINUTE)

    assert own_ones(acme) == [incident]


def test_another_account_is_not_told(acme, globex):
    failed(acme, 3)
    providers.sweep(NOON + 2 * MINUTE)

    assert own_ones(globex) == []


# The rounds


def test_a_round_is_made_every_thirty_seconds_by_one_engine(acme):
    assert watch.sweep(NOON) == 0
    assert watch.sweep(NOON) == 2
    assert watch.sweep(NOON + timedelta(seconds=29)) == 0
    assert watch.sweep(NOON + timedelta(seconds=30)) == 1
    assert watch.sweep(NOON + 6 * MINUTE) == 2
    assert Errand.objects.count() == 2


def test_the_engine_makes_the_rounds(acme):
    at = engine.now()
    Integration.across_accounts.filter(pk=acme.integration.pk).update(
        quiet_after=HOUR, quiet_at=at, last_event_at=at - HOUR
    )
    EngineRun.objects.create(since=at - 24 * HOUR, until=at)
    engine.tick(at)
    engine.tick(at + timedelta(seconds=1))

    assert statuses(acme) == ["triggered"]
