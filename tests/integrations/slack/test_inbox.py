"""What Slack has sent is done once, in order, and by nobody twice."""

from datetime import timedelta
from threading import Barrier, Thread
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

from accounts import tenancy
from incidents import states
from incidents.models import TimelineEntry
from integrations.models import ChatRequest
from integrations.slack.answering import inbox
from tests import factories
from tests.integrations.slack.acting import place

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def acme(transactional_db):
    with tenancy.all_accounts():
        account = factories.account("Acme")
        alice = factories.person(account, "Alice", "owner")
        bob = factories.person(account, "Bob")
        policy = factories.policy(account, [alice.membership], [bob.membership])
        service = factories.service(account, policy)
    return SimpleNamespace(account=account, alice=alice, bob=bob, service=service)


@pytest.fixture
def ops(slack, acme, client):
    return place(slack, acme, client)


@pytest.fixture
def shown(ops, acme):
    with tenancy.all_accounts():
        alice, bob = ops.links(acme.alice), ops.links(acme.bob)
        incident = ops.opens(acme)
    message = ops.posts(incident)
    return incident, message, alice, bob


def together(*jobs):
    """Do things at the same moment."""
    barrier = Barrier(len(jobs))

    def begin(job):
        barrier.wait()
        try:
            job()
        finally:
            connection.close()

    threads = [Thread(target=begin, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def entries(incident, verb):
    with tenancy.all_accounts():
        rows = TimelineEntry.across_accounts.filter(incident=incident, verb=verb)
        return list(rows)


def rows():
    with tenancy.all_accounts():
        return list(ChatRequest.across_accounts.order_by("id"))


def test_two_presses_at_once_are_one_acknowledgement(ops, shown):
    incident, message, alice, bob = shown
    for user in (alice, bob):
        ops.slack.presses(ops.client, message, "oncall:acknowledge", user)

    together(ops.works, ops.works, ops.works)
    ops.works()

    assert len(entries(incident, "acknowledge")) == 1
    assert sorted(len(ops.told(user)) for user in (alice, bob)) == [0, 1]
    assert all(row.processed_at for row in rows())


def test_what_one_person_does_keeps_its_order(ops, shown):
    incident, message, alice, _bob = shown
    for what in ("acknowledge", "resolve"):
        ops.slack.presses(ops.client, message, f"oncall:{what}", alice)

    together(ops.works, ops.works, ops.works)
    ops.works()

    assert len(entries(incident, "acknowledge")) == 1
    assert len(entries(incident, "resolve")) == 1
    assert ops.told(alice) == []


def test_the_same_request_at_once_is_kept_once(ops, shown):
    incident, message, alice, _bob = shown
    ops.slack.presses(ops.client, message, "oncall:escalate", alice)
    again = ops.slack.sent[-1]
    with tenancy.all_accounts():
        ChatRequest.across_accounts.all().delete()

    together(*[lambda: ops.slack.repeats(type(ops.client)(), again)] * 4)
    ops.works()

    assert len(rows()) == 1
    assert len(entries(incident, "escalate")) == 1


def test_a_request_whose_worker_died_is_taken_again(ops, shown):
    incident, message, alice, _bob = shown
    ops.slack.presses(ops.client, message, "oncall:acknowledge", alice)
    now = timezone.now()
    # It is leased, and then nothing comes of it.
    assert inbox.take(now) is not None

    ops.works()
    assert entries(incident, "acknowledge") == []

    ops.works(later=inbox.LEASE + timedelta(seconds=1))
    assert len(entries(incident, "acknowledge")) == 1


def test_a_worker_that_comes_back_late_does_nothing_twice(ops, shown):
    incident, message, alice, _bob = shown
    ops.slack.presses(ops.client, message, "oncall:escalate", alice)
    slow = inbox.take(timezone.now())
    assert slow is not None
    later = timezone.now() + inbox.LEASE + timedelta(seconds=1)
    ops.works(later=inbox.LEASE + timedelta(seconds=1))

    inbox.work(slow, lambda: later)

    assert len(entries(incident, "escalate")) == 1


def test_a_request_that_fails_steps_aside_and_is_given_up(ops, shown):
    incident, message, alice, _bob = shown
    ops.slack.presses(ops.client, message, "oncall:acknowledge", alice)
    with tenancy.all_accounts():
        ChatRequest.across_accounts.update(door="nowhere")
    ops.slack.presses(ops.client, message, "oncall:resolve", alice)

    ops.works()
    assert len(entries(incident, "resolve")) == 1

    for minutes in range(1, 6):
        ops.works(later=timedelta(minutes=minutes))
    odd = rows()[0]
    assert odd.processed_at is not None
    assert odd.error == "It failed too often."


def test_nothing_that_people_wrote_is_kept_afterwards(ops, shown):
    incident, message, alice, bob = shown
    for user in (alice, bob):
        ops.slack.presses(ops.client, message, "oncall:acknowledge", user)

    ops.works()

    assert [row.payload for row in rows()] == [{}, {}]
    with tenancy.all_accounts():
        incident.refresh_from_db()
    assert incident.status == states.ACKNOWLEDGED
