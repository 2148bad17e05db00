"""Rooms in which nothing arrives until somebody does something."""

import pytest

from accounts import tenancy
from incidents import actions
from incidents.models import Notification
from integrations.chat import posting
from integrations.models import ChatMessage
from tests import chats
from tests.factories import NOON
from tests.integrations.chat.showing import (
    HOUR,
    MINUTE,
    SECOND,
    do,
    fresh,
    join,
    listen,
    message,
    open_incident,
    tell,
)


def notices(world) -> list[Notification]:
    rows = Notification.across_accounts.filter(account=world.account, purpose="notice")
    return list(rows)


def broken(acme, square):
    """Show an incident, then let the room break at its acknowledgement."""
    incident = open_incident(acme)
    tell()
    do(acme, actions.acknowledge, incident, NOON + SECOND)
    square.always = 403
    tell(NOON + SECOND)
    return incident


@pytest.mark.promise(26)
def test_a_broken_room_is_left_alone_and_owners_are_told_once(acme, ours, square):
    broken(acme, square)
    asked = len(square.calls)
    open_incident(acme, "Another")

    tell(NOON + MINUTE)
    tell(NOON + HOUR)

    room = fresh(ours.room)
    assert (room.broken_at, room.last_error) == (
        NOON + SECOND,
        "The town has thrown us out.",
    )
    assert len(square.calls) == asked
    [notice] = notices(acme)
    assert notice.contact_method == acme.alice.email
    assert "The town has thrown us out." in notice.content["lines"]


def test_who_made_the_extension_is_told_too(acme, ours, square):
    ours.created_by = acme.bob.membership
    ours.save()

    broken(acme, square)

    told = {row.contact_method for row in notices(acme)}
    assert told == {acme.alice.email, acme.bob.email}


def test_of_the_room_of_one_incident_nobody_is_told(acme, square):
    incident = open_incident(acme)
    room = chats.room(acme.account, kind="town", channel_id="inc", incident=incident)
    listen(acme)
    square.always = 403
    do(acme, actions.acknowledge, incident, NOON + SECOND)

    tell(NOON + SECOND)

    assert fresh(room).broken_at == NOON + SECOND
    assert notices(acme) == []


def test_another_account_is_not_told(acme, globex, ours, square):
    broken(acme, square)

    assert notices(globex) == []


@pytest.mark.promise(26)
def test_reconnecting_shows_what_has_become_of_everything(acme, ours, square):
    incident = broken(acme, square)
    do(acme, actions.resolve, incident, NOON + MINUTE)
    open_incident(acme, "Meanwhile", at=NOON + MINUTE)
    tell(NOON + MINUTE)
    square.always = None

    with tenancy.scope(acme.account):
        posting.reconnect(ours.room, at=NOON + HOUR)
    tell(NOON + HOUR)

    assert sorted(square.shown.values()) == [
        "resolved Disk full",
        "triggered Meanwhile",
    ]
    assert fresh(ours.room).broken_at is None


def test_after_days_what_was_given_up_is_made_true_as_well(acme, ours, square):
    incident = broken(acme, square)
    do(acme, actions.resolve, incident, NOON + MINUTE)
    tell(NOON + MINUTE)
    rows = ChatMessage.across_accounts.all()
    rows.update(due_at=None, expires_at=None)
    square.always = None

    with tenancy.scope(acme.account):
        posting.reconnect(ours.room, at=NOON + 72 * HOUR)
    tell(NOON + 72 * HOUR)

    assert square.shown == {"m0": "resolved Disk full"}


def test_a_room_that_is_still_broken_is_told_of_again(acme, ours, square):
    broken(acme, square)
    with tenancy.scope(acme.account):
        posting.reconnect(ours.room, at=NOON + HOUR)

    tell(NOON + HOUR)

    assert fresh(ours.room).broken_at == NOON + HOUR
    assert len(notices(acme)) == 2


def test_a_test_message_arrives(acme, ours, square):
    with tenancy.scope(acme.account):
        row = posting.test(ours.room, extension=ours, at=NOON)
    tell()

    row.refresh_from_db()
    assert square.done() == ["post test"]
    assert (row.posted_at, row.due_at, row.last_error) == (NOON, None, "")


def test_a_test_that_arrives_ends_the_brokenness(acme, ours, square):
    incident = broken(acme, square)
    do(acme, actions.resolve, incident, NOON + MINUTE)
    tell(NOON + MINUTE)
    square.always = None

    with tenancy.scope(acme.account):
        posting.test(ours.room, extension=ours, at=NOON + HOUR)
    tell(NOON + HOUR)

    assert square.done("post", "update")[-2:] == [
        "post test",
        "update resolved Disk full",
    ]
    assert fresh(ours.room).broken_at is None


def test_a_test_of_a_room_that_stays_broken_says_why_and_ends(acme, ours, square):
    broken(acme, square)
    asked = len(square.calls)
    with tenancy.scope(acme.account):
        row = posting.test(ours.room, extension=ours, at=NOON + HOUR)
    tell(NOON + HOUR)
    tell(NOON + 2 * HOUR)

    row.refresh_from_db()
    assert (row.due_at, row.last_error) == (None, "The town has thrown us out.")
    assert len(square.calls) == asked + 1
    assert len(notices(acme)) == 1


def test_a_test_does_not_wait_for_our_own_patience(acme, ours, square):
    square.answers = [500, 500]
    open_incident(acme)
    tell()
    with tenancy.scope(acme.account):
        posting.test(ours.room, extension=ours, at=NOON + SECOND)

    tell(NOON + SECOND)

    assert square.done()[-1] == "post test"


def test_a_test_waits_where_the_chat_asks_for_it(acme, ours, square):
    square.answers = [lambda handler: handler.limited(30)]
    open_incident(acme)
    tell()
    with tenancy.scope(acme.account):
        posting.test(ours.room, extension=ours, at=NOON + SECOND)

    tell(NOON + SECOND)

    assert len(square.calls) == 1


def test_a_paused_extension_can_be_tested(acme, square):
    extension = join(acme, paused_at=NOON)
    with tenancy.scope(acme.account):
        posting.test(extension.room, extension=extension, at=NOON)

    tell()

    assert square.done() == ["post test"]


def test_an_incident_can_be_shown_at_once(acme, ours, square):
    incident = open_incident(acme)
    with tenancy.scope(acme.account):
        posting.show(ours.room, incident, at=NOON)
        posting.show(ours.room, incident, at=NOON)

    tell()

    assert square.done() == ["post triggered Disk full"]
    assert message(acme).message_id == "m0"
