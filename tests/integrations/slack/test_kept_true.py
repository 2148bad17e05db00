"""The queue and Slack together: a channel shows what is true, whatever Slack does."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import tenancy
from incidents import actions, timers
from incidents.models import Notification
from integrations.chat import posting
from tests import chats
from tests.fakes.slack import Dies, Limited, Says, Status
from tests.integrations.chat.showing import (
    HOUR,
    MINUTE,
    SECOND,
    do,
    fresh,
    listen,
    message,
    open_incident,
    tell,
)
from tests.integrations.slack import connected


@pytest.fixture
def channel(acme: Any, slack: Any) -> Any:
    """A channel in which Acme's incidents are shown."""
    channel = slack.channel("incidents")
    workspace = connected.workspace(acme.account, slack)
    chats.extension(connected.room(workspace, channel), acme.service)
    listen(acme)
    return channel


@pytest.fixture
def start() -> Any:
    """Slack's messages carry the time of their posting, so tests begin now."""
    return timezone.now()


def states(channel: Any) -> list[str]:
    """What its messages say of their incidents."""
    return [each.text.partition(":")[0] for each in channel.tops]


def test_an_incident_is_posted_and_followed_to_its_end(acme, slack, channel, start):
    incident = open_incident(acme, at=start)
    tell(start)
    do(acme, actions.acknowledge, incident, start + SECOND)
    do(acme, actions.add_note, incident, start + SECOND, text="<!channel> *hm*")
    do(acme, actions.resolve, incident, start + SECOND)
    for seconds in (1, 2, 3):
        tell(start + timedelta(seconds=seconds))

    assert states(channel) == ["#1 Resolved by Alice"]
    [reply] = channel.tops[0].replies
    assert reply.text.splitlines() == [
        "Alice acknowledged",
        "Alice wrote a note: &lt;!channel&gt; *hm*",
        "Alice resolved it",
    ]
    assert len(slack.asked("chat.update")) == 1


def test_a_channel_is_written_to_once_a_second(acme, slack, channel, start):
    for number in range(3):
        open_incident(acme, f"Number {number}", at=start)
    tell(start)
    tell(start)
    assert len(channel.tops) == 1

    tell(start + SECOND)
    tell(start + 2 * SECOND)

    assert len(channel.tops) == 3


def test_its_retry_after_is_obeyed_for_the_whole_workspace(acme, slack, channel, start):
    slack.fails(Limited(45), method="chat.postMessage")
    incident = open_incident(acme, at=start)
    tell(start)
    do(acme, actions.resolve, incident, start + SECOND)
    asked = len(slack.asked("chat.postMessage"))

    tell(start + 44 * SECOND)
    assert len(slack.asked("chat.postMessage")) == asked == 1
    tell(start + 45 * SECOND)

    assert states(channel) == ["#1 Resolved by Alice"]


def test_a_message_whose_answer_was_lost_is_there_once(acme, slack, channel, start):
    slack.fails(Dies(), method="chat.postMessage")
    incident = open_incident(acme, at=start)
    tell(start)
    do(acme, actions.resolve, incident, start + SECOND)

    for seconds in (5, 6, 7):
        tell(start + timedelta(seconds=seconds))

    assert states(channel) == ["#1 Resolved by Alice"]


def test_an_hour_without_slack_ends_with_what_is_true(acme, slack, channel, start):
    shown = open_incident(acme, "Before", at=start)
    tell(start)
    slack.always[""] = Status(503)
    meanwhile = open_incident(acme, "Meanwhile", at=start + MINUTE)
    for minute in range(60):
        if minute == 30:
            do(acme, actions.resolve, shown, start + minute * MINUTE)
            do(acme, actions.acknowledge, meanwhile, start + minute * MINUTE)
        tell(start + minute * MINUTE)
    del slack.always[""]

    for seconds in range(8):
        tell(start + HOUR + 5 * MINUTE + timedelta(seconds=seconds))

    first, second = states(channel)
    assert first == "#1 Resolved by Alice"
    assert second.startswith("#2 Acknowledged by Alice")


def test_an_archived_channel_is_left_alone_and_told_of_once(
    acme, slack, channel, start
):
    incident = open_incident(acme, at=start)
    tell(start)
    slack.fails(Says("is_archived"), method="chat.update")
    for minute in (1, 2, 3):
        do(
            acme,
            actions.rename,
            incident,
            start + minute * MINUTE,
            title=f"Name {minute}",
        )
        tell(start + minute * MINUTE)

    room = fresh(message(acme).room)
    notices = Notification.across_accounts.filter(purpose="notice")
    assert room.last_error == "The channel is archived in Slack."
    assert len(slack.asked("chat.update")) == 1
    assert [row.contact_method for row in notices] == [acme.alice.email]

    with tenancy.scope(acme.account):
        posting.reconnect(room, at=start + HOUR)
    tell(start + HOUR)
    assert "Name 3" in channel.tops[0].text


def test_a_deleted_message_is_posted_anew(acme, slack, channel, start):
    incident = open_incident(acme, at=start)
    tell(start)
    channel.messages.clear()
    do(acme, actions.resolve, incident, start + SECOND)

    for seconds in (1, 2, 3):
        tell(start + timedelta(seconds=seconds))

    assert states(channel) == ["#1 Resolved by Alice"]


def test_another_workspace_hears_nothing(acme, globex, slack, channel, start):
    open_incident(globex, at=start)

    tell(start)

    assert channel.tops == []


def test_who_resolved_it_before_does_not_count_when_it_ends_by_itself(
    acme, slack, channel, start
):
    incident = open_incident(acme, at=start)
    tell(start)
    do(acme, actions.resolve, incident, start + SECOND)
    do(acme, actions.reopen, incident, start + 2 * SECOND)
    with tenancy.scope(acme.account):
        ended = [acme.account.incidents.get(pk=incident.pk)]
        timers.auto_resolve_all(ended, at=start + 3 * SECOND)
    for seconds in (3, 4, 5):
        tell(start + timedelta(seconds=seconds))

    assert states(channel) == ["#1 Resolved"]
