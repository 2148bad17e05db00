"""One message for each incident and room, which always becomes what is true."""

from datetime import datetime

import pytest

from incidents import actions, relay
from integrations.chat import sending
from integrations.models import ChatMessage
from tests.factories import NOON
from tests.integrations.chat.showing import (
    HOUR,
    MINUTE,
    SECOND,
    do,
    join,
    message,
    open_incident,
    tell,
)


def test_an_incident_is_shown_once_and_changed_in_place(acme, ours, square):
    incident = open_incident(acme)
    tell()
    tell()
    do(acme, actions.acknowledge, incident, NOON + SECOND)
    tell(NOON + SECOND)

    assert square.done("post", "update") == [
        "post triggered Disk full",
        "update acknowledged Disk full",
    ]
    shown = message(acme)
    assert (shown.message_id, shown.due_at, shown.last_error) == ("m0", None, "")
    assert (shown.posted_at, shown.updated_at) == (NOON, NOON + SECOND)


def test_an_account_without_rooms_hears_nothing(acme, square):
    open_incident(acme)

    tell()

    assert square.calls == []
    assert not ChatMessage.across_accounts.exists()


def test_a_hundred_changes_while_one_is_sent_are_one_update_more(acme, ours, square):
    incident = open_incident(acme)
    tell()
    do(acme, actions.rename, incident, NOON + SECOND, title="First")
    relay.hand_on_due(NOON + SECOND)

    def now() -> datetime:
        """Change it after it was rendered and before its answer is written down."""
        if len(square.done("update")) == 1 and incident.title != "Name 99":
            for number in range(100):
                incident.title = f"Name {number}"
                do(acme, actions.rename, incident, NOON + SECOND, title=incident.title)
            relay.hand_on_due(NOON + SECOND)
        return NOON + SECOND

    sending.send_due(now)

    assert square.done("update") == [
        "update triggered First",
        "update triggered Name 99",
    ]
    assert message(acme).due_at is None


def test_nothing_is_sent_that_would_show_the_same(acme, ours, square):
    incident = open_incident(acme)
    tell()
    do(acme, actions.rename, incident, NOON + SECOND, title="Another")
    do(acme, actions.rename, incident, NOON + SECOND, title="Disk full")
    tell(NOON + SECOND)

    assert square.done("post", "update") == ["post triggered Disk full"]
    assert message(acme).due_at is None


@pytest.mark.promise(26)
def test_over_before_it_was_shown_it_is_one_resolved_message(acme, ours, square):
    incident = open_incident(acme)
    do(acme, actions.resolve, incident, NOON + SECOND)

    tell(NOON + SECOND)

    assert square.done("post", "update") == ["post resolved Disk full"]


def test_nobody_hears_first_of_what_is_over(acme, square):
    incident = open_incident(acme)
    tell()
    join(acme)
    do(acme, actions.resolve, incident, NOON + SECOND)

    tell(NOON + SECOND)

    assert square.calls == []


def test_extensions_that_share_a_room_share_the_message(acme, ours, square):
    join(acme, scope="account", name="Everything")
    incident = open_incident(acme)
    tell()
    do(acme, actions.acknowledge, incident, NOON + SECOND)
    tell(NOON + SECOND)

    assert square.done("post", "update") == [
        "post triggered Disk full",
        "update acknowledged Disk full",
    ]


def test_each_room_has_its_own(acme, ours, square):
    join(acme, channel="market")
    open_incident(acme)

    tell()

    assert sorted(call.room for call in square.calls) == ["market", "square"]


def test_a_message_that_is_gone_is_posted_anew(acme, ours, square):
    incident = open_incident(acme)
    tell()
    square.shown.clear()
    do(acme, actions.resolve, incident, NOON + SECOND)

    tell(NOON + SECOND)

    assert square.done("post", "update")[-2:] == [
        "update resolved Disk full",
        "post resolved Disk full",
    ]
    assert message(acme).message_id == "m1"


def test_a_refused_message_rests_until_something_happens(acme, ours, square):
    incident = open_incident(acme)
    square.answers = [400]
    tell()
    tell(NOON + HOUR)

    assert len(square.calls) == 1
    assert message(acme).last_error == "The town will not have this."
    do(acme, actions.resolve, incident, NOON + HOUR)
    tell(NOON + HOUR + MINUTE)
    assert square.done("post")[-1] == "post resolved Disk full"


def test_without_updates_each_chosen_change_is_a_post(acme, town, square):
    town.can_update = town.can_thread = False
    join(acme, updates=["resolved"])
    incident = open_incident(acme)
    tell()
    do(acme, actions.acknowledge, incident, NOON + SECOND)
    tell(NOON + SECOND)
    do(acme, actions.resolve, incident, NOON + MINUTE)
    tell(NOON + MINUTE)

    assert square.done() == ["post triggered Disk full", "post resolved Disk full"]


def test_a_changed_description_is_shown(acme, ours, square):
    incident = open_incident(acme)
    tell()
    do(acme, actions.describe, incident, NOON + SECOND, text="The disk of db1")

    tell(NOON + SECOND)

    assert len(square.done("update")) == 1
    assert square.threads == {"m0": ["Alice changed the description: The disk of db1"]}
