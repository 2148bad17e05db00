"""Heartbeats: a silence triggers, the next beat resolves."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.permissions import Actor
from incidents import beats, engine, heartbeats, intake, uptime
from incidents.models import EngineRun, Event, Heartbeat
from tests.factories import NOON

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
WEB = Actor("web")


@pytest.fixture
def backup(acme) -> Heartbeat:
    """A heartbeat every ten minutes with two minutes' grace; the engine runs."""
    EngineRun.objects.create(since=NOON - timedelta(days=1), until=NOON)
    return heartbeats.create(
        acme.service,
        actor=WEB,
        at=NOON,
        name="Nightly backup",
        interval=10 * MINUTE,
        grace=2 * MINUTE,
    )


def fresh(heartbeat) -> Heartbeat:
    return Heartbeat.across_accounts.get(pk=heartbeat.pk)


def runs_until(at) -> None:
    """Let the engine have run without a break."""
    EngineRun.objects.update(until=at)


def sweep(at) -> None:
    runs_until(at)
    beats.miss_due(at)
    intake.process(at)


def missed(backup, at=NOON) -> None:
    beats.take(backup.key, at=at)
    sweep(at + 12 * MINUTE)
    assert fresh(backup).status == "missed"


def test_a_heartbeat_that_never_beat_is_not_missed(acme, backup):
    sweep(NOON + timedelta(days=60))

    assert fresh(backup).status == "new"
    assert not acme.account.incidents.exists()


def test_a_beat_is_due_again_after_interval_and_grace(backup):
    assert beats.take(backup.key, at=NOON) == "taken"

    found = fresh(backup)
    assert (found.status, found.last_beat_at) == ("beating", NOON)
    assert found.due_at == NOON + 12 * MINUTE


def test_an_ordinary_beat_is_one_round_trip(backup):
    with CaptureQueriesContext(connection) as queries:
        beats.take(backup.key, at=NOON)
    assert len(queries) == 1
    assert not Event.across_accounts.exists()


def test_a_missed_beat_opens_an_incident_and_pages(acme, backup):
    beats.take(backup.key, at=NOON)
    sweep(NOON + 12 * MINUTE - SECOND)
    assert not acme.account.incidents.exists()

    sweep(NOON + 12 * MINUTE)

    incident = acme.account.incidents.get()
    assert incident.title == "Heartbeat Nightly backup was missed"
    assert incident.urgency == "high"
    assert incident.notifications.get().membership == acme.alice.membership
    assert fresh(backup).due_at is None


def test_a_silence_is_one_event_however_often_we_look(acme, backup):
    missed(backup)
    sweep(NOON + 13 * MINUTE)
    sweep(NOON + 60 * MINUTE)

    assert Event.across_accounts.count() == 1


def test_the_next_beat_resolves(acme, backup):
    missed(backup)
    back = NOON + 30 * MINUTE

    assert beats.take(backup.key, at=back) == "taken"
    intake.process(back)

    assert acme.account.incidents.get().status == "resolved"
    assert fresh(backup).status == "beating"
    assert fresh(backup).due_at == back + 12 * MINUTE


def test_a_late_beat_that_comes_before_we_look_is_on_time(acme, backup):
    beats.take(backup.key, at=NOON)
    beats.take(backup.key, at=NOON + 12 * MINUTE + SECOND)
    sweep(NOON + 12 * MINUTE + 2 * SECOND)

    assert not Event.across_accounts.exists()


def test_a_job_that_says_it_failed_triggers_at_once(acme, backup):
    assert beats.fail(backup.key, at=NOON, message="disk full") == "taken"
    intake.process(NOON)

    incident = acme.account.incidents.get()
    assert incident.title == "Nightly backup says that it failed"
    assert "disk full" in incident.description
    beats.take(backup.key, at=NOON + MINUTE)
    intake.process(NOON + MINUTE)
    assert acme.account.incidents.get().status == "resolved"


def test_more_than_one_beat_a_second_writes_nothing(backup):
    beats.take(backup.key, at=NOON)

    assert beats.take(backup.key, at=NOON + SECOND / 2) == "ignored"
    assert fresh(backup).last_beat_at == NOON
    assert beats.take(backup.key, at=NOON + SECOND) == "taken"


def test_a_storm_of_failures_is_one_event_a_second(backup):
    outcomes = [beats.fail(backup.key, at=NOON + i * SECOND / 10) for i in range(10)]

    assert outcomes == ["taken"] + ["ignored"] * 9
    assert Event.across_accounts.count() == 1


def test_the_beat_that_ends_a_failure_counts_within_the_second(acme, backup):
    beats.fail(backup.key, at=NOON)
    assert beats.take(backup.key, at=NOON + SECOND / 2) == "taken"
    assert fresh(backup).status == "beating"


def test_a_get_counts_only_where_it_is_allowed(backup):
    assert beats.take(backup.key, at=NOON, by_get=True) == "refused"
    assert beats.fail(backup.key, at=NOON, by_get=True) == "refused"
    assert fresh(backup).status == "new"

    heartbeats.update(backup, actor=WEB, at=NOON, allows_get=True)
    assert beats.take(backup.key, at=NOON, by_get=True) == "taken"


def test_an_unknown_key_is_nobodys(backup):
    assert beats.take("0" * 32, at=NOON) == "unknown"
    assert beats.fail("0" * 32, at=NOON) == "unknown"


def test_a_disabled_service_takes_beats_and_opens_nothing(acme, backup):
    acme.service.disabled_at = NOON
    acme.service.save()

    missed(backup)

    assert not acme.account.incidents.exists()
    assert Event.across_accounts.get().outcome == "disabled"


def test_a_paused_heartbeat_expects_nothing_but_remembers_its_beats(acme, backup):
    beats.take(backup.key, at=NOON)
    heartbeats.pause(backup, actor=WEB, at=NOON)
    sweep(NOON + 60 * MINUTE)
    assert beats.take(backup.key, at=NOON + 61 * MINUTE) == "taken"
    assert beats.fail(backup.key, at=NOON + 62 * MINUTE) == "taken"
    assert not Event.across_accounts.exists()
    assert fresh(backup).last_beat_at == NOON + 62 * MINUTE

    heartbeats.resume(backup, actor=WEB, at=NOON + 70 * MINUTE)
    assert fresh(backup).due_at == NOON + 82 * MINUTE
    runs_until(NOON + 82 * MINUTE)
    sweep(NOON + 82 * MINUTE)
    assert acme.account.incidents.get().status == "triggered"


def test_pausing_a_missed_one_ends_its_incident(acme, backup):
    missed(backup)
    heartbeats.pause(backup, actor=WEB, at=NOON + 13 * MINUTE)
    intake.process(NOON + 13 * MINUTE)

    assert acme.account.incidents.get().status == "resolved"


def test_deleting_a_missed_one_ends_its_incident_and_keeps_its_history(acme, backup):
    missed(backup)
    heartbeats.delete(backup, actor=WEB, at=NOON + 13 * MINUTE)
    intake.process(NOON + 13 * MINUTE)

    assert acme.account.incidents.get().status == "resolved"
    assert acme.account.events.count() == 2
    assert beats.take(backup.key, at=NOON + 14 * MINUTE) == "unknown"


def test_a_new_key_ends_the_old_one(backup):
    heartbeats.rotate(backup, actor=WEB, at=NOON)

    assert beats.take(backup.key, at=NOON) == "unknown"
    assert beats.take(fresh(backup).key, at=NOON) == "taken"


def test_a_shorter_interval_is_not_missed_at_once(backup):
    beats.take(backup.key, at=NOON)
    later = NOON + 9 * MINUTE
    heartbeats.update(backup, actor=WEB, at=later, interval=MINUTE)

    assert fresh(backup).due_at == later + 2 * MINUTE


def test_a_row_that_fails_steps_aside(acme, backup):
    """Its time would come after the end of all times."""
    poison = heartbeats.create(
        acme.service, actor=WEB, at=NOON, name="Poison", interval=MINUTE, grace=SECOND
    )
    endless = timedelta(days=999_999_000)
    Heartbeat.across_accounts.filter(pk=poison.pk).update(
        interval=endless, due_at=NOON + timedelta(hours=1), status="beating"
    )
    beats.take(backup.key, at=NOON)
    back = NOON + timedelta(hours=3)
    uptime.note(back)

    beats.miss_due(back)

    assert fresh(backup).excused_at == back
    assert fresh(poison).due_at == back + MINUTE


# Our own absence


def test_what_was_expected_while_we_were_away_gets_another_interval(acme, backup):
    beats.take(backup.key, at=NOON)
    runs_until(NOON + 5 * MINUTE)
    back = NOON + timedelta(hours=3)

    beats.miss_due(back)

    found = fresh(backup)
    assert (found.status, found.excused_at) == ("beating", back)
    assert found.due_at == back + 12 * MINUTE
    assert not Event.across_accounts.exists()


def test_a_beat_lost_shortly_before_we_came_back_is_excused_too(backup):
    """It was expected at ten past; we were away then, and back before it was due."""
    beats.take(backup.key, at=NOON)
    runs_until(NOON + 9 * MINUTE)
    uptime.note(NOON + 11 * MINUTE)
    beats.miss_due(NOON + 12 * MINUTE)

    assert fresh(backup).excused_at == NOON + 12 * MINUTE


def test_an_absence_long_before_excuses_nothing(acme, backup):
    beats.take(backup.key, at=NOON)
    runs_until(NOON + 2 * MINUTE)
    uptime.note(NOON + 6 * MINUTE)
    sweep(NOON + 12 * MINUTE)

    assert acme.account.incidents.get().status == "triggered"


def test_it_is_excused_once_and_then_missed(acme, backup):
    heartbeats.update(backup, actor=WEB, at=NOON, grace=60 * MINUTE)
    beats.take(backup.key, at=NOON)
    back = NOON + timedelta(hours=3)
    beats.miss_due(back)
    assert fresh(backup).excused_at == back

    later = back + 70 * MINUTE
    EngineRun.objects.filter(since=back).update(until=later)
    beats.miss_due(later)
    intake.process(later)
    assert acme.account.incidents.get().status == "triggered"


def test_ticks_note_that_the_engine_runs(db):
    for seconds in range(0, 600, 5):
        uptime.note(NOON + seconds * SECOND)
    uptime.note(NOON + 700 * SECOND)

    first, second = EngineRun.objects.order_by("id")
    assert first.since == NOON
    assert first.until == NOON + 590 * SECOND
    assert second.since == NOON + 700 * SECOND
    assert uptime.ran(NOON, NOON + 600 * SECOND)
    assert not uptime.ran(NOON, NOON + 690 * SECOND)


def test_the_engine_misses_what_is_due(acme, backup):
    at = engine.now()
    EngineRun.objects.create(since=at - timedelta(days=1), until=at)
    beats.take(backup.key, at=at - 15 * MINUTE)

    engine.tick(at)

    assert fresh(backup).status == "missed"
