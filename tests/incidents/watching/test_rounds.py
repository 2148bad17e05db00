"""The rounds are made in time, by one engine."""

from datetime import timedelta

from incidents import engine, watch
from incidents.models import EngineRun, Errand, Integration
from tests.factories import NOON
from tests.incidents.watching.world import (
    HOUR,
    MINUTE,
    statuses,
)


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
