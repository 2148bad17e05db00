"""What a chat asks of us: to wait, exactly as long as it says, and not more often."""

from datetime import timedelta

import pytest

from incidents import actions
from integrations.models import Room, SlackWorkspace
from tests import chats
from tests.factories import NOON
from tests.integrations.chat.showing import (
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


@pytest.fixture
def workspace(acme, ours) -> SlackWorkspace:
    """The workspace to which both rooms of Acme belong."""
    made = chats.workspace(acme.account)
    join(acme, channel="market")
    Room.across_accounts.filter(account=acme.account).update(workspace=made)
    return made


@pytest.mark.promise(26)
def test_nothing_is_sent_before_the_chat_allows_it(acme, ours, square):
    incident = open_incident(acme)
    square.answers = [lambda handler: handler.limited(37)]
    tell()
    do(acme, actions.acknowledge, incident, NOON + SECOND)

    for seconds in (1, 20, 36):
        tell(NOON + timedelta(seconds=seconds))
        assert len(square.calls) == 1
    tell(NOON + timedelta(seconds=37))

    assert square.done("post") == [
        "post triggered Disk full",
        "post acknowledged Disk full",
    ]
    assert fresh(ours.room).failures == 0
    assert "find" not in [call.do for call in square.calls]


def test_a_limit_of_one_room_leaves_the_others_alone(acme, workspace, square):
    square.answers = [lambda handler: handler.limited(60)]
    open_incident(acme)

    tell()
    tell(NOON + SECOND)

    assert len(square.calls) == 2
    assert len(square.shown) == 1


def test_a_limit_of_the_workspace_holds_every_room(acme, workspace, square):
    square.always = lambda handler: handler.limited(60, is_wide=True)
    open_incident(acme)
    tell()
    asked = len(square.calls)
    square.always = None

    tell(NOON + 59 * SECOND)
    assert len(square.calls) == asked
    tell(NOON + MINUTE)
    tell(NOON + MINUTE + SECOND)

    assert len(square.shown) == 2
    workspace.refresh_from_db()
    assert workspace.last_success_at is not None


def test_another_account_does_not_wait_for_it(acme, globex, ours, workspace, square):
    join(globex, channel="elsewhere")
    square.always = lambda handler: handler.limited(60, is_wide=True)
    open_incident(acme)
    tell()
    square.always = None
    open_incident(globex)

    tell(NOON + SECOND)

    assert [call.room for call in square.calls][-1] == "elsewhere"


def test_a_room_has_its_pace(acme, town, square):
    town.pace = SECOND
    join(acme)
    for number in range(3):
        open_incident(acme, f"Number {number}")

    tell()
    assert len(square.calls) == 1
    tell(NOON + timedelta(milliseconds=900))
    assert len(square.calls) == 1
    tell(NOON + SECOND)
    tell(NOON + 2 * SECOND)

    assert square.done() == [f"post triggered Number {n}" for n in range(3)]


def test_updates_of_a_workspace_have_a_ration(acme, town, workspace, square):
    town.updates_per_minute = 3
    listen(acme)
    incident = open_incident(acme)
    tell()
    for number in range(6):
        at = NOON + number * SECOND
        do(acme, actions.rename, incident, at, title=f"Name {number}")
        tell(at)

    assert len(square.done("update")) == 3
    tell(NOON + MINUTE + 6 * SECOND)
    assert set(square.shown.values()) == {"triggered Name 5"}
    assert len(square.done("update")) <= 5


def test_a_message_waits_with_words(acme, ours, square):
    square.answers = [lambda handler: handler.limited(37)]
    open_incident(acme)

    tell()

    assert message(acme).last_error == "The town wants some rest."
