"""Two doors at the same instant: the outcome is as if one had come after the other."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import combinations_with_replacement
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from django.db import connections

from accounts import channels, tenancy
from accounts.models import Account, Membership
from accounts.permissions import Actor
from incidents import actions, changes, delivery, engine, intake, results, states
from incidents.models import Incident, Notification, Service
from oncall.models import Schedule
from tests import factories
from tests.factories import NOON
from tests.promise import invariants

SOON = NOON + timedelta(minutes=1)
Verb = Callable[..., Any]

VERBS: dict[str, Verb] = {
    "acknowledge": actions.acknowledge,
    "unacknowledge": actions.unacknowledge,
    "resolve": actions.resolve,
    "reopen": actions.reopen,
    "escalate": actions.escalate,
    "snooze": partial(actions.snooze, until=SOON + timedelta(hours=1)),
    "reassign": actions.reassign,
    "add_note": partial(actions.add_note, text="Looking"),
}
START = ("triggered", "acknowledged", "resolved")


def in_two_threads(*jobs: Callable[[], Any]) -> None:
    """Do the jobs at once, each in a thread with a connection of its own."""
    together = Barrier(len(jobs))

    def work(job: Callable[[], Any]) -> None:
        try:
            together.wait(timeout=10)
            job()
        finally:
            connections["default"].close()

    threads = [Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads)


@pytest.fixture
def small(transactional_db) -> tuple[Account, Service, list[Membership]]:
    """Make an account with a service that pages Ann, then Ben."""
    with tenancy.all_accounts():
        account = factories.account("Small")
        people = [
            factories.person(account, name, "owner").membership
            for name in ("Ann", "Ben")
        ]
        levels: list[list[Membership | Schedule]] = [[person] for person in people]
        policy = factories.policy(account, *levels, repeats=9)
        return account, factories.service(account, policy), people


def test_a_delivery_is_written_down_while_a_verb_holds_its_incident(small):
    account, service, (ann, _ben) = small
    incident = opened(account, service, ann, "triggered")
    written: list[int] = []

    def write() -> None:
        with tenancy.scope(account), connections["default"].cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            results.answered(incident.notifications.get(), at=SOON)
            entry = incident.timeline.create(
                account=account, verb="notified", at=SOON, via="engine"
            )
        # Only now: what refers to the incident is looked up at the commit.
        written.append(entry.pk)
        connections["default"].close()

    with tenancy.scope(account):
        changes.lock(incident)
        writer = Thread(target=write)
        writer.start()
        writer.join(timeout=10)

    # Else each would wait for the other: the verb for the row of the delivery.
    assert written


def opened(
    account: Account,
    service: Service,
    who: Membership,
    status: str,
    title: str = "Down",
) -> Incident:
    """Open an incident and bring it to a status."""
    with tenancy.scope(account):
        incident = actions.open_incident(
            service, actor=Actor("web", who), at=NOON, title=title
        )
        if status == "acknowledged":
            incident = actions.acknowledge(incident, actor=Actor("web", who), at=NOON)
        if status == "resolved":
            incident = actions.resolve(incident, actor=Actor("web", who), at=NOON)
    return incident


def act(account: Account, verb: str, incident: Incident, who: Membership) -> None:
    """Let a person act by a door of their own; a refusal is an answer, too."""
    facts = {"people": [who]} if verb == "reassign" else {}
    with tenancy.scope(account), suppress(states.NotAllowed):
        VERBS[verb](incident, actor=Actor("web", who), at=SOON, **facts)


def one_after_the_other(status: str, *verbs: str) -> str:
    for verb in verbs:
        status = states.TRANSITIONS[verb].get(status, status)
    return status


@pytest.mark.promise(2, 5, 11)
def test_two_people_at_once_are_as_one_after_the_other(small):
    account, service, (ann, ben) = small
    for one, other in combinations_with_replacement(VERBS, 2):
        for status in START:
            incident = opened(account, service, ann, status)
            in_two_threads(
                partial(act, account, one, incident, ann),
                partial(act, account, other, incident, ben),
            )
            with tenancy.scope(account):
                incident.refresh_from_db()
                assert incident.status in {
                    one_after_the_other(status, one, other),
                    one_after_the_other(status, other, one),
                }, (status, one, other)
    with tenancy.scope(account):
        invariants.check(account, SOON)


@pytest.mark.promise(5)
@pytest.mark.parametrize("verb", ["acknowledge", "resolve", "escalate"])
def test_a_person_and_the_timer_at_once_page_nobody_twice(small, verb):
    account, service, (ann, _ben) = small
    late = NOON + timedelta(minutes=30)
    for _time in range(5):
        incident = opened(account, service, ann, "triggered")
        in_two_threads(
            partial(act, account, verb, incident, ann),
            partial(engine.tick, late),
        )
        with tenancy.scope(account):
            invariants.check(account, late)


@pytest.mark.promise(5)
def test_three_engines_at_once_start_a_level_once(small):
    account, service, (ann, ben) = small
    incidents = [opened(account, service, ann, "triggered") for _ in range(20)]
    in_two_threads(
        *(partial(engine.tick, NOON + timedelta(minutes=30)) for _ in range(3))
    )
    with tenancy.scope(account):
        for incident in incidents:
            started = incident.timeline.filter(verb="level_started")
            assert [entry.details["level"] for entry in started.order_by("id")] == [
                1,
                2,
            ]
            assert incident.notifications.filter(membership=ben).count() == 1
        invariants.check(account, NOON + timedelta(minutes=30))


@pytest.mark.promise(3, 5)
def test_two_workers_at_the_same_events_open_each_incident_once(small):
    account, service, _people = small
    with tenancy.scope(account):
        key = factories.integration(service).key
    for number in range(30):
        body = {"summary": f"Disk {number}", "severity": "critical"}
        intake.receive(key, "trigger", f"disk {number % 10}", body, at=NOON)
    in_two_threads(*(partial(intake.process, NOON) for _ in range(3)))
    with tenancy.scope(account):
        assert account.incidents.count() == account.alerts.count() == 10
        assert not account.events.filter(processed_at=None).exists()


@pytest.mark.promise(4, 5)
def test_senders_side_by_side_send_each_page_once(small, mailbox):
    account, service, (ann, _ben) = small
    titles = [f"Disk-{number:02} is full" for number in range(20)]
    for title in titles:
        opened(account, service, ann, "triggered", title)
    in_two_threads(*(partial(delivery.deliver_due, lambda: NOON) for _ in range(3)))
    with tenancy.scope(account):
        assert not account.notifications.filter(status="planned").exists()
    bodies = [mail.get_body(("plain",)).get_content() for mail in mailbox.mails]
    for title in titles:
        assert sum(title in body for body in bodies) == 1, title


@pytest.mark.promise(4, 5, 8)
def test_what_a_deadlock_undoes_is_recorded_all_the_same(small):
    account, service, (ann, _ben) = small
    for _ in range(2):
        opened(account, service, ann, "triggered")
    with tenancy.all_accounts():
        first, second = Notification.across_accounts.order_by("id")
    sent = [(row, channels.Sent("id", "smtp")) for row in (first, second)]

    def lock(row: Notification) -> None:
        list(Notification.across_accounts.select_for_update().filter(pk=row.pk))

    def recorded() -> None:
        results.sent(sent, at=SOON)

    recorder = Thread(target=in_two_threads, args=(recorded,))
    with tenancy.all_accounts():
        lock(second)
        recorder.start()
        _wait_for_a_lock()
        # Now each waits for the other; the database lets the recorder go.
        lock(first)
    recorder.join(timeout=30)

    with tenancy.scope(account):
        states = account.notifications.values_list("status", flat=True)
        assert list(states) == ["sent", "sent"]


def _wait_for_a_lock() -> None:
    """Return once another connection waits for one of ours; bounded."""
    with connections["default"].cursor() as cursor:
        for _look in range(1000):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            Event().wait(0.01)
    raise AssertionError("nobody waits")
