"""A chat that is in trouble: nothing true is lost, and nothing is there twice."""

from datetime import timedelta

import pytest

from accounts import tenancy
from incidents import actions, relay
from integrations.chat import leases, queue, results, rooms, steps, sweeps
from integrations.chat.steps import Outcome
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
    message,
    open_incident,
    tell,
)
from tests.integrations.chat.town import Call


@pytest.mark.promise(26)
def test_an_hour_of_trouble_loses_no_final_state(acme, ours, square):
    shown = open_incident(acme, "Shown before")
    tell()
    square.always = 500
    resolved = open_incident(acme, "Over meanwhile")
    still = open_incident(acme, "Still there")
    for minute in range(60):
        at = NOON + minute * MINUTE
        if minute == 10:
            do(acme, actions.acknowledge, shown, at)
            do(acme, actions.resolve, resolved, at)
        if minute == 50:
            do(acme, actions.resolve, shown, at)
        tell(at)
    square.always = None
    square.calls.clear()

    tell(NOON + HOUR + 5 * MINUTE)

    assert sorted(square.shown.values()) == [
        "resolved Over meanwhile",
        "resolved Shown before",
        "triggered Still there",
    ]
    assert len(square.done("post", "update")) == 3
    assert still.is_open


def test_the_waits_grow_to_five_minutes(acme, ours, square):
    square.always = 500
    open_incident(acme)
    at, waits = NOON, []
    for _attempt in range(9):
        tell(at)
        until = fresh(ours.room).hold_until
        assert until
        tell(until - SECOND)
        waits.append(int((until - at).total_seconds()))
        at = until

    assert waits == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert len(square.calls) == 9
    assert fresh(ours.room).last_error == "The town is in trouble."


def test_a_workspace_that_answers_again_is_told_in_every_room(acme, ours, square):
    join(acme, channel="market")
    workspace = chats.workspace(acme.account)
    acme.account.rooms.update(workspace=workspace)
    square.always = 500
    open_incident(acme)
    tell()
    rooms = acme.account.rooms.filter(failures=1)
    assert rooms.update(hold_until=NOON + HOUR) == 2
    rooms.filter(channel_id="market").update(hold_until=NOON + MINUTE)
    square.always = None

    tell(NOON + MINUTE)

    assert len(square.shown) == 2


def test_success_ends_the_waits(acme, ours, square):
    square.answers = [500, 500]
    open_incident(acme)
    for seconds in (0, 5, 15):
        tell(NOON + timedelta(seconds=seconds))

    room = fresh(ours.room)
    assert (room.failures, room.last_error) == (0, "")
    assert room.last_success_at == NOON + 15 * SECOND


def test_after_two_days_a_change_is_given_up(acme, ours, square):
    square.always = 500
    open_incident(acme)
    tell()
    sweeps.give_up(NOON + queue.KEPT - SECOND)
    assert message(acme).due_at is not None

    sweeps.give_up(NOON + queue.KEPT)

    given_up = message(acme)
    assert given_up.due_at is None
    assert "given up" in given_up.last_error
    tell(NOON + queue.KEPT + MINUTE)
    assert len(square.calls) == 1


@pytest.mark.promise(26)
def test_a_message_whose_answer_was_lost_is_not_there_twice(acme, ours, square):
    square.answers = [lambda handler: handler.taken_in_silence()]
    incident = open_incident(acme)
    tell()
    assert message(acme).is_uncertain
    do(acme, actions.acknowledge, incident, NOON + SECOND)

    tell(NOON + 5 * SECOND)

    assert square.done() == [
        "post triggered Disk full",
        "find acknowledged Disk full",
        "update acknowledged Disk full",
        "reply",
    ]
    assert square.shown == {"m0": "acknowledged Disk full"}


def test_one_that_never_arrived_is_posted(acme, ours, square):
    square.answers = [lambda handler: handler.hang_up()]
    open_incident(acme)
    tell()

    tell(NOON + 5 * SECOND)

    assert [call.do for call in square.calls] == ["post", "find", "post"]
    assert len(square.shown) == 1


def test_a_certain_failure_is_posted_again_without_a_search(acme, ours, square):
    square.answers = [500]
    open_incident(acme)
    tell()

    tell(NOON + 5 * SECOND)

    assert [call.do for call in square.calls] == ["post", "post"]


@pytest.mark.promise(26)
def test_a_killed_sender_lets_go_and_its_message_is_looked_for(acme, ours, square):
    open_incident(acme)
    relay.hand_on_due(NOON)
    [taken] = leases.lease(NOON, limit=5, failing=5)
    # It was sent, and the sender died before it could say so.
    town_id = square.take(_post(taken.message))

    tell(NOON + leases.LEASE - SECOND)
    assert square.calls == []
    tell(NOON + leases.LEASE)

    assert [call.do for call in square.calls] == ["find", "update"]
    assert message(acme).message_id == town_id["id"]


def _post(row: ChatMessage) -> Call:
    return Call("post", "square", "", "triggered Disk full", key=str(row.pk))


def test_what_a_late_sender_says_does_not_count(acme, ours, square):
    open_incident(acme)
    relay.hand_on_due(NOON)
    [late] = leases.lease(NOON, limit=5, failing=5)
    step = steps.next_of(late, at=NOON)
    at = NOON + leases.LEASE
    tell(at)

    results.put_off(late, until=at + HOUR)
    results.settle(step, Outcome(message_id="late"), at=at)
    results.settle(step, Outcome(failure=rooms.Broken("Late")), at=at)

    assert (message(acme).message_id, message(acme).due_at) == ("m0", None)
    assert fresh(ours.room).broken_at is None


def test_a_room_has_one_message_in_flight_and_others_go_on(acme, ours, square):
    join(acme, channel="market")
    for number in range(3):
        open_incident(acme, f"Number {number}")
    relay.hand_on_due(NOON)

    first = leases.lease(NOON, limit=5, failing=5)
    second = leases.lease(NOON, limit=5, failing=5)

    assert sorted(each.room.channel_id for each in first) == ["market", "square"]
    assert second == []


def test_what_we_fail_at_ourselves_steps_aside(acme, ours, square, caplog):
    square.answers = [418]
    open_incident(acme, "Cursed")
    tell()
    open_incident(acme, "Blessed")
    tell(NOON + SECOND)

    assert square.done("post") == ["post triggered Cursed", "post triggered Blessed"]
    assert "token-of-ours" not in caplog.text
    assert "KeyError" in caplog.text
    tell(NOON + 2 * MINUTE)
    assert len(square.shown) == 2
    assert fresh(ours.room).failures == 0


@pytest.mark.usefixtures("square")
def test_a_kind_that_is_not_there_any_more_breaks_its_room(acme, ours):
    room = ours.room
    assert room is not None
    room.kind = "village"
    room.save()
    open_incident(acme)

    tell()

    assert fresh(room).broken_at == NOON
    with tenancy.scope(acme.account):
        assert message(acme).due_at is not None
