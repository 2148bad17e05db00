"""The health checks: whatever part stands still, they answer, and say which."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings

from accounts import tenancy
from accounts.permissions import Actor
from incidents import actions, engine, heartbeats, intake, pulse
from incidents.models import Alert, Heartbeat, Integration, MaintenanceWindow

pytestmark = pytest.mark.promise(25)

LONG_AGO = timedelta(minutes=5)
SOON = timedelta(minutes=5)
WEB = Actor("web")
DEAD_REDIS = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://localhost:1",
    }
}


@pytest.fixture(autouse=True)
def _ticks(db):
    """Let the engine have ticked just now, unless a test says otherwise."""
    before = pulse.last()
    pulse.beat(engine.now())
    yield
    if before:
        pulse.beat(before)


@contextmanager
def stopped_database() -> Iterator[None]:
    """Let the database be somewhere else than we look for it."""
    host = connection.settings_dict["HOST"]
    connection.close()
    connection.settings_dict["HOST"] = "/nowhere"
    try:
        yield
    finally:
        connection.settings_dict["HOST"] = host


def ready(client) -> tuple[int, dict]:
    response = client.get("/readyz")
    return response.status_code, response.json()


def test_it_is_ready_when_all_parts_run(client):
    status, body = ready(client)

    assert (status, body["ready"]) == (200, True)
    assert (body["database"], body["redis"]) == ("ok", "ok")


def test_alive_touches_nothing(client, django_assert_num_queries):
    with override_settings(CACHES=DEAD_REDIS), django_assert_num_queries(0):
        response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db(transaction=True)
def test_without_the_database_it_lives_and_is_not_ready(client):
    with stopped_database():
        status, body = ready(client)
        assert client.get("/healthz").status_code == 200

    assert status == 503
    assert (body["database"], body["redis"]) == ("down", "ok")


def test_without_redis_it_lives_and_is_not_ready(client):
    with override_settings(CACHES=DEAD_REDIS):
        status, body = ready(client)
        assert client.get("/healthz").status_code == 200

    assert status == 503
    assert (body["database"], body["redis"]) == ("ok", "down")


def test_without_a_worker_or_a_clock_it_is_not_ready(client):
    """Nothing is overdue yet, but nobody ticks any more."""
    pulse.beat(engine.now() - timedelta(seconds=31))

    status, body = ready(client)

    assert status == 503
    assert body["last_tick_seconds"] > 30


def _incident(world, at, **timer) -> None:
    incident = actions.open_incident(
        world.service, actor=WEB, at=engine.now() + SOON, title="Down"
    )
    world.account.notifications.all().delete()
    world.account.incidents.filter(pk=incident.pk).update(
        **{"escalate_at": None, **timer}
    )


def escalation(world, at) -> None:
    _incident(world, at, escalate_at=at)


def end_of_snooze(world, at) -> None:
    _incident(world, at, status="acknowledged", snoozed_until=at)


def end_of_acknowledgement(world, at) -> None:
    _incident(world, at, status="acknowledged", acknowledgement_expires_at=at)


def auto_resolve(world, at) -> None:
    _incident(world, at, auto_resolve_at=at)


def raised_urgency(world, at) -> None:
    _incident(world, at, urgency="low", raise_at=at)


def delivery(world, at) -> None:
    world.account.notifications.create(
        purpose="test",
        contact_method=world.alice.email,
        membership=world.alice.membership,
        kind="email",
        planned_for=at,
        send_at=at,
        created_at=at,
    )


def event(world, at) -> None:
    intake.receive(world.integration.key, "trigger", "x", {"summary": "Down"}, at=at)


def held_alert(world, at) -> None:
    Alert.across_accounts.create(
        account=world.account,
        service=world.service,
        integration=world.integration,
        dedup_key="x",
        held="paused",
        release_at=at,
        occurred_at=at,
        last_event_at=at,
        created_at=at,
    )


def heartbeat(world, at) -> None:
    length = timedelta(minutes=1)
    heartbeats.create(
        world.service, actor=WEB, at=at, name="Backup", interval=length, grace=length
    )
    Heartbeat.across_accounts.update(due_at=at, status="beating")


def silence(world, at) -> None:
    Integration.across_accounts.update(quiet_at=at)


def end_of_maintenance(world, at) -> None:
    MaintenanceWindow.across_accounts.create(
        account=world.account,
        number=1,
        starts_at=at - LONG_AGO,
        ends_at=at,
        created_at=at,
    )


TIMERS = [
    escalation,
    end_of_snooze,
    end_of_acknowledgement,
    auto_resolve,
    raised_urgency,
    delivery,
    event,
    held_alert,
    heartbeat,
    silence,
    end_of_maintenance,
]


@pytest.mark.parametrize("timer", TIMERS, ids=lambda timer: timer.__name__)
def test_whatever_is_overdue_is_seen_without_the_queue(client, acme, timer):
    timer(acme, engine.now() - LONG_AGO)

    status, body = ready(client)

    assert status == 503
    assert body["oldest_due_seconds"] >= LONG_AGO.total_seconds()


@pytest.mark.parametrize("timer", TIMERS, ids=lambda timer: timer.__name__)
def test_what_is_due_later_is_fine(client, acme, timer):
    timer(acme, engine.now() + SOON)

    assert ready(client)[0] == 200


def test_its_answer_says_nothing_of_any_account(client, acme):
    with tenancy.all_accounts():
        escalation(acme, engine.now() - LONG_AGO)

    assert b"Down" not in client.get("/readyz").content
