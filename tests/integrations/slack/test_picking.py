"""How a channel of Slack becomes a room."""

from typing import Any

import pytest

from integrations.chat import rooms
from integrations.extensions import slack as extension
from integrations.extensions.schemas import Answers
from integrations.slack.access import picking
from integrations.webhooks.refusals import Refused
from tests.fakes.slack import Says
from tests.integrations.slack import connected


@pytest.fixture
def workspace(acme: Any, slack: Any) -> Any:
    return connected.workspace(acme.account, slack)


def connect(workspace, channel="", **given):
    answers = Answers(values={}, workspace=workspace, channel=channel, **given)
    return extension.connect(workspace.account, answers)


def test_a_channel_is_chosen_by_its_id_and_entered(slack, workspace):
    channel = slack.channel("ops", has_bot=False)

    room = connect(workspace, channel.id)

    assert (room.kind, room.channel_id, room.name) == ("slack", channel.id, "#ops")
    assert room.workspace == workspace
    assert room.pk is None
    assert slack.team.bot in channel.members


@pytest.mark.parametrize("typed", ["ops", "#ops", "#OPS", " ops "])
def test_a_channel_is_found_by_its_name(slack, workspace, typed):
    channel = slack.channel("ops")

    assert connect(workspace, typed).channel_id == channel.id


def test_a_channel_is_found_by_its_address(slack, workspace):
    channel = slack.channel("ops")

    found = connect(workspace, f"https://acme.slack.com/archives/{channel.id}/")

    assert found.channel_id == channel.id


def test_a_channel_that_is_not_there_is_refused(workspace):
    with pytest.raises(Refused, match="Slack shows us no channel #nowhere") as refusal:
        connect(workspace, "#nowhere")

    assert refusal.value.field == "channel"


def test_an_archived_channel_is_refused(slack, workspace):
    channel = slack.channel("old")
    channel.is_archived = True

    with pytest.raises(Refused, match="archived"):
        connect(workspace, channel.id)


def test_a_private_channel_asks_for_an_invitation(slack, workspace):
    channel = slack.channel("secret", is_private=True, has_bot=False)

    with pytest.raises((Refused, rooms.Broken), match=r"[Ii]nvite"):
        connect(workspace, channel.id)


def test_a_private_channel_that_we_are_in_is_taken(slack, workspace):
    channel = slack.channel("secret", is_private=True)

    assert connect(workspace, channel.id).name == "#secret"


def test_nothing_is_refused_below_its_field(acme, workspace):
    with pytest.raises(Refused) as refusal:
        extension.connect(acme.account, Answers(values={}))
    assert refusal.value.field == "workspace"

    with pytest.raises(Refused) as refusal:
        connect(workspace)
    assert refusal.value.field == "channel"


def test_connecting_anew_keeps_the_channel(slack, workspace):
    channel = slack.channel("ops")
    before = connected.room(workspace, channel)
    channel.name = "operations"

    room = extension.connect(workspace.account, Answers(values={}, room=before))

    assert (room.channel_id, room.name) == (channel.id, "#operations")


def test_channels_are_listed_by_what_is_searched(slack, workspace):
    for name in ("ops", "ops-night", "random"):
        slack.channel(name)

    every = extension.choices(workspace.account, workspace)
    some = extension.choices(workspace.account, workspace, "#OPS")

    assert {"#ops", "#ops-night", "#random"} <= {each.name for each in every.rooms}
    assert [each.name for each in some.rooms] == ["#ops", "#ops-night"]


def test_without_a_workspace_there_is_no_list(acme):
    assert list(extension.choices(acme.account, None).rooms) == []


def test_the_reason_for_no_list_is_told(slack, workspace):
    slack.fails(Says("account_inactive"), method="conversations.list")

    with pytest.raises(rooms.Broken, match="removed from the workspace"):
        extension.choices(workspace.account, workspace)


def test_the_operator_is_told_what_is_missing(settings, slack):
    assert picking.missing() == ""

    settings.SLACK_CLIENT_ID = ""

    assert "SLACK_CLIENT_ID" in picking.missing()
