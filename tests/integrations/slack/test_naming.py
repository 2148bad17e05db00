"""Channels that came by their ids alone are called by their names before long."""

from collections.abc import Iterator
from typing import Any

import pytest

from accounts import tenancy
from integrations.models import Room, SlackWorkspace
from integrations.slack import naming
from tests import chats
from tests.factories import NOON
from tests.fakes import slack
from tests.fakes.slack import Slack

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fake(settings: Any) -> Iterator[Slack]:
    with slack.serving() as made:
        settings.SLACK_API_BASE = made.base
        yield made


@pytest.fixture
def workspace(acme: Any, fake: Slack) -> SlackWorkspace:
    with tenancy.all_accounts():
        return chats.workspace(acme.account, token=fake.install())


def nameless(workspace: SlackWorkspace, channel_id: str) -> Room:
    """A room as the API makes it."""
    with tenancy.all_accounts():
        return chats.room(
            workspace.account,
            workspace=workspace,
            channel_id=channel_id,
            name=channel_id,
        )


def fresh(room: Room) -> Room:
    with tenancy.all_accounts():
        return Room.across_accounts.get(pk=room.pk)


def test_it_gets_the_name_that_slack_says(fake, workspace):
    room = nameless(workspace, fake.channel("incidents").id)
    assert not room.is_named

    naming.name_due(NOON)

    assert fresh(room).name == "#incidents"
    asked = len(fake.asked("conversations.info"))
    naming.name_due(NOON)
    assert len(fake.asked("conversations.info")) == asked


def test_one_that_slack_does_not_know_says_so_and_whoever_made_it_is_told(
    acme, fake, workspace
):
    room = nameless(workspace, "C0NOWHERE1")
    with tenancy.all_accounts():
        chats.extension(room)

    naming.name_due(NOON)

    broken = fresh(room)
    assert broken.broken_at == NOON
    assert broken.last_error
    with tenancy.all_accounts():
        notice = acme.account.notifications.get(purpose="notice")
    assert notice.membership == acme.alice.membership


def test_while_slack_is_down_it_waits(fake, workspace):
    room = nameless(workspace, fake.channel("incidents").id)
    fake.fails(slack.Status(503), method="conversations.info")

    naming.name_due(NOON)
    assert not fresh(room).is_named
    assert fresh(room).broken_at is None

    naming.name_due(NOON)
    assert fresh(room).name == "#incidents"
