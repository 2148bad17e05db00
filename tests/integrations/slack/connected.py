"""Workspaces and channels of the fake Slack that are connected, for tests."""

from typing import Any

from accounts.models import Account
from integrations.models import Room, SlackWorkspace
from integrations.slack.access.scopes import SCOPES
from tests import chats
from tests.fakes.slack import Channel, Slack, Workspace


def workspace(
    account: Account, slack: Slack, team: Workspace | None = None, **given: Any
) -> SlackWorkspace:
    """Connect a workspace of the fake to an account."""
    team = team or slack.team
    if "token" not in given:
        given["token"] = slack.install(team, scopes=SCOPES)
    values = {
        "team_id": team.id,
        "name": team.name,
        "bot_user_id": team.bot,
        "scopes": ",".join(SCOPES),
        **given,
    }
    return chats.workspace(account, **values)


def room(workspace: SlackWorkspace, channel: Channel, **given: Any) -> Room:
    """Make a channel of the workspace a room of its account."""
    return chats.room(
        workspace.account,
        workspace=workspace,
        channel_id=channel.id,
        name=f"#{channel.name}",
        **given,
    )
