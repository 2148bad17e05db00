"""What a thread tells: what the extension chose, once, in its order, after the post."""

from accounts import tenancy
from accounts.permissions import Actor
from incidents import actions, relay
from integrations.models import ChatLine
from tests import chats
from tests.factories import NOON
from tests.integrations.chat.showing import (
    HOUR,
    MINUTE,
    SECOND,
    do,
    join,
    listen,
    message,
    open_incident,
    tell,
)


def test_a_thread_tells_what_happened_and_what_was_written(acme, ours, square):
    incident = open_incident(acme)
    tell()
    do(acme, actions.acknowledge, incident, NOON + SECOND)
    do(acme, actions.add_note, incident, NOON + SECOND, text="The disk <is> full\n*x*")
    do(acme, actions.resolve, incident, NOON + SECOND)
    tell(NOON + SECOND)

    assert square.threads == {
        "m0": [
            "Alice acknowledged",
            "Alice wrote a note: The disk <is> full\n*x*",
            "Alice resolved it",
        ]
    }


def test_lines_that_wait_are_one_reply_after_the_message(acme, ours, square):
    square.always = 500
    incident = open_incident(acme)
    do(acme, actions.acknowledge, incident, NOON)
    tell()
    do(acme, actions.resolve, incident, NOON + SECOND)
    square.always = None

    tell(NOON + HOUR)
    tell(NOON + HOUR)

    assert [call.do for call in square.calls[1:]] == ["post", "reply"]
    assert square.threads["m0"] == [
        "12:00: Alice acknowledged",
        "12:00: Alice resolved it",
    ]


def test_only_what_was_chosen_is_told(acme, square):
    join(acme, updates=["resolved"])
    incident = open_incident(acme)
    do(acme, actions.acknowledge, incident, NOON + SECOND)
    do(acme, actions.resolve, incident, NOON + SECOND)

    tell(NOON + SECOND)

    assert square.threads == {"m0": ["Alice resolved it"]}
    assert square.shown == {"m0": "resolved Disk full"}


def test_without_a_thread_nothing_is_told_below(acme, square):
    join(acme, has_thread=False)
    incident = open_incident(acme)
    do(acme, actions.resolve, incident, NOON + SECOND)

    tell(NOON + SECOND)

    assert square.threads == {}
    assert not ChatLine.across_accounts.exists()


def test_a_chat_without_threads_has_none(acme, town, square):
    town.can_thread = False
    join(acme)
    incident = open_incident(acme)
    do(acme, actions.resolve, incident, NOON + SECOND)

    tell(NOON + SECOND)

    assert square.done() == ["post resolved Disk full"]


def test_what_was_written_there_is_not_told_back(acme, ours, square):
    incident = open_incident(acme)
    tell()
    do(acme, actions.add_note, incident, NOON + SECOND, text="From the thread")
    entry = incident.timeline.latest("pk")
    ChatLine.across_accounts.create(
        account=acme.account,
        message=message(acme),
        entry_id=entry.pk,
        text="From the thread",
        at=NOON,
        sent_at=NOON,
    )

    tell(NOON + SECOND)

    assert square.threads == {}


def test_who_did_it_and_by_which_way_is_said(acme, ours, square):
    incident = open_incident(acme)
    tell()
    with tenancy.scope(acme.account):
        by_text = Actor("sms", acme.bob.membership)
        actions.acknowledge(incident, actor=by_text, at=NOON + SECOND)

    tell(NOON + SECOND)

    assert square.threads == {"m0": ["Bob acknowledged by text message"]}


def test_times_are_those_of_the_account(acme, ours, square):
    acme.account.time_zone = "Asia/Tokyo"
    acme.account.save()
    incident = open_incident(acme)
    do(acme, actions.snooze, incident, NOON, until=NOON + HOUR)

    tell(NOON + 2 * MINUTE)

    [line] = square.threads["m0"]
    assert line.startswith("21:00: Alice snoozed it until ")
    assert "22:00" in line


def test_the_first_level_is_part_of_the_beginning(acme, ours, square):
    incident = open_incident(acme)
    do(acme, actions.escalate, incident, NOON + SECOND)

    tell(NOON + SECOND)

    assert square.threads == {
        "m0": ["Alice escalated", "Level 2 of Default started: Bob"]
    }


def test_both_sides_of_a_merge_are_told(acme, ours, square):
    target, source = open_incident(acme, "One"), open_incident(acme, "Two")
    tell()
    do(acme, actions.merge, target, NOON + SECOND, sources=[source])

    tell(NOON + SECOND)

    assert square.shown == {"m0": "triggered One", "m1": "resolved Two"}
    assert square.threads == {
        "m0": ["Alice merged incidents into this one: #2"],
        "m1": ["Alice merged it into incident #1"],
    }


def test_a_refused_reply_does_not_stop_the_next(acme, ours, square):
    incident = open_incident(acme)
    tell()
    do(acme, actions.acknowledge, incident, NOON + SECOND)
    square.before = lambda call: square.answers.append(400) if call.lines else None
    tell(NOON + SECOND)
    square.before = None
    do(acme, actions.resolve, incident, NOON + MINUTE)

    tell(NOON + MINUTE)

    assert square.threads == {"m0": ["Alice resolved it"]}


def test_many_lines_are_told_in_parts(acme, ours, square):
    incident = open_incident(acme)
    for number in range(45):
        do(acme, actions.add_note, incident, NOON, text=f"Note {number} " + "x" * 100)

    tell()

    replies = [call for call in square.calls if call.do == "reply"]
    assert len(replies) == 3
    assert len(square.threads["m0"]) == 45
    assert all(sum(map(len, call.lines)) <= 3000 for call in replies)


def test_a_room_of_one_incident_hears_everything_of_it(acme, square):
    incident, other = open_incident(acme), open_incident(acme, "Another")
    chats.room(acme.account, kind="town", channel_id="inc-1", incident=incident)
    listen(acme)
    do(acme, actions.add_note, incident, NOON + SECOND, text="Look here")
    do(acme, actions.add_note, other, NOON + SECOND, text="Not here")

    tell(NOON + SECOND)

    assert {call.room for call in square.calls} == {"inc-1"}
    assert square.threads == {"m0": ["Alice wrote a note: Look here"]}


def test_a_line_is_told_once_however_often_the_relay_tries(acme, ours, square):
    incident = open_incident(acme)
    do(acme, actions.acknowledge, incident, NOON)
    relay.hand_on_due(NOON)
    rows = list(ChatLine.across_accounts.values_list("entry_id", flat=True))

    relay.hand_on_due(NOON)
    tell()

    assert len(rows) == 1
    assert square.threads == {"m0": ["Alice acknowledged"]}
