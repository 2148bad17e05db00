"""Senders side by side: a room has one call at a time, and each message one post."""

from collections import Counter
from threading import Lock, Thread

import pytest
from django.db import connections

from accounts import tenancy
from accounts.permissions import Actor
from incidents import actions, relay
from integrations.chat import leases, results, steps
from integrations.models import ChatMessage
from tests import chats, factories
from tests.factories import NOON
from tests.integrations.chat.town import Call

ROOMS, INCIDENTS = 3, 4


@pytest.fixture
def account(transactional_db, square):
    """An account whose incidents are to be shown in several rooms."""
    with tenancy.all_accounts():
        made = factories.account("Small")
        ann = factories.person(made, "Ann", "owner").membership
        service = factories.service(made, factories.policy(made, [ann]))
        for number in range(ROOMS):
            room = chats.room(made, kind="town", channel_id=f"room {number}")
            chats.extension(room)
    with tenancy.scope(made):
        relay.reconsider(made)
    for number in range(INCIDENTS):
        service.account.refresh_from_db()
        with tenancy.scope(made):
            actions.open_incident(
                service, actor=Actor("web", ann), at=NOON, title=f"Number {number}"
            )
    return made


def test_each_is_posted_once_and_no_room_is_talked_to_twice_at_a_time(account, square):
    lock, crowded = Lock(), []
    talking: Counter[str] = Counter()

    def note(call: Call) -> None:
        with lock:
            talking[call.room] += 1
            crowded.extend([call.room] if talking[call.room] > 1 else [])

    def let_go(room: str) -> None:
        with lock:
            talking[room] -= 1

    def send() -> None:
        try:
            relay.hand_on_due(NOON)
            while found := leases.lease(NOON, limit=2, failing=2):
                for each in found:
                    step = steps.next_of(each, at=NOON)
                    outcome = steps.take(step)
                    let_go(each.room.channel_id)
                    results.settle(step, outcome, at=NOON)
        finally:
            connections["default"].close()

    square.before = note
    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    # Whoever found nothing to do, because others had it, went home.
    send()

    posts = Counter((call.room, call.text) for call in square.calls)
    assert crowded == []
    assert set(posts.values()) == {1}
    assert len(posts) == ROOMS * INCIDENTS
    with tenancy.all_accounts():
        assert not ChatMessage.across_accounts.exclude(due_at=None).exists()


def test_places_have_their_turns(account, square):
    with tenancy.all_accounts():
        other = factories.account("Quiet")
        eve = factories.person(other, "Eve", "owner").membership
        service = factories.service(other, factories.policy(other, [eve]))
        chats.extension(chats.room(other, kind="town", channel_id="quiet"))
    with tenancy.scope(other):
        relay.reconsider(other)
    service.account.refresh_from_db()
    with tenancy.scope(other):
        actions.open_incident(service, actor=Actor("web", eve), at=NOON, title="Quiet")
    relay.hand_on_due(NOON)

    found = leases.lease(NOON, limit=2, failing=2)

    assert {each.room.account_id for each in found} == {account.pk, other.pk}


def test_rooms_that_fail_never_have_all_senders(account, square):
    relay.hand_on_due(NOON)
    with tenancy.all_accounts():
        account.rooms.update(failures=1)

    assert leases.lease(NOON, limit=5, failing=0) == []
    assert len(leases.lease(NOON, limit=5, failing=2)) == 2
