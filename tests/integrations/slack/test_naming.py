"""Channels that came by their ids alone are called by their names before long."""

from typing import Any

import pytest

from integrations.models import Room, SlackWorkspace
from integrations.slack.access import naming
from tests import chats
from tests.factories import NOON
from tests.fakes.slack import Slack, Status
from tests.integrations.slack import connected


@pytest.fixture
def workspace(acme: Any, slack: Slack) -> SlackWorkspace:
    return connected.workspace(acme.account, slack)


def nameless(workspace: SlackWorkspace, channel_id: str) -> Room:
    """A room as the API makes it."""
    return chats.room(
        workspace.account,
        workspace=workspace,
        channel_id=channel_id,
        name=channel_id,
    )


def fresh(room: Room) -> Room:
    return Room.across_accounts.get(pk=room.pk)


def test_it_gets_the_name_that_slack_says(slack, workspace):
    room = nameless(workspace, slack.channel("incidents").id)
    assert not room.is_named

    naming.name_due(NOON)

    assert fresh(room).name == "#incidents"
    asked = len(slack.asked("conversations.info"))
    naming.name_due(NOON)
    assert len(slack.asked("conversations.info")) == asked


def test_one_that_slack_does_not_know_says_so_and_whoever_made_it_is_told(
    acme, slack, workspace
):
    room = nameless(workspace, "C0NOWHERE1")
    chats.extension(room)

    naming.name_due(NOON)

    broken = fresh(room)
    assert broken.broken_at == NOON
    assert broken.last_error
    notice = acme.account.notifications.get(purpose="notice")
    assert notice.membership == acme.alice.membership


def test_while_slack_is_down_it_waits(slack, workspace):
    room = nameless(workspace, slack.channel("incidents").id)
    slack.fails(Status(503), method="conversations.info")

    naming.name_due(NOON)
    assert not fresh(room).is_named
    assert fresh(room).broken_at is None

    naming.name_due(NOON)
    assert fresh(room).name == "#incidents"
