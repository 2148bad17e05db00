"""A tool that went quiet is told of, and only then."""

from datetime import timedelta

from incidents import intake, silence
from incidents.models import EngineRun, Integration
from tests.factories import NOON
from tests.incidents.watching.world import (
    HOUR,
    MINUTE,
    WEB,
    own_ones,
    spoken,
    statuses,
)


def fresh(integration: Integration) -> Integration:
    return Integration.across_accounts.get(pk=integration.pk)


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
