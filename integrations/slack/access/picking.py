"""Leads from a workspace and a channel's name to a room, and lists the channels."""

import re
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Account
from integrations.chat.rooms import Broken, Failure, Found
from integrations.models import Room, SlackWorkspace
from integrations.slack.api import client
from integrations.slack.api.client import Client
from integrations.slack.api.shapes import Channels, SlackChannel
from integrations.webhooks.refusals import Refused

KIND: Final = "slack"
CHANNEL_ID: Final = re.compile(r"[CG][A-Z0-9]{7,19}")
# Of a long list this many parts are looked through at once; Slack allows twenty calls
# a minute.
MOST_PARTS: Final = 4


def room(account: Account, workspace: SlackWorkspace, wanted: str) -> Room:
    """Make a room of a channel that we may write in; a public one we enter.

    It may be named by its id, its address or its name. Raises Refused, or a failure
    of `integrations.chat.rooms`.
    """
    slack = client.of(workspace)
    channel = slack.channel_info(_id(slack, wanted.strip()))
    _enter(slack, channel)
    return Room(
        account=account,
        kind=KIND,
        workspace=workspace,
        channel_id=channel.id,
        name=f"#{channel.name}"[:200],
    )


def channels(workspace: SlackWorkspace, query: str = "", cursor: str = "") -> Channels:
    """List the channels whose names hold the query, that are public or that we are in.

    Long lists come in parts, of which some may hold nothing.
    """
    slack, wanted = client.of(workspace), _name(query)
    found: list[Found] = []
    for _part in range(MOST_PARTS):
        part = slack.list_channels(cursor)
        found += [each for each in part.found if wanted in _name(each.name)]
        cursor = part.cursor
        if not cursor or (found and not wanted):
            break
    return Channels(found, cursor)


def missing() -> str:
    """Say what the operator has to set first."""
    if settings.SLACK_CLIENT_ID:
        return ""
    return _(
        "The operator of this installation has not set it up for Slack:"
        " SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and SLACK_SIGNING_SECRET are not set."
    )


def _id(slack: Client, wanted: str) -> str:
    """Return the id of what was chosen, or typed: an id, an address or a name."""
    typed = wanted.rstrip("/").rpartition("/")[2]
    if CHANNEL_ID.fullmatch(typed):
        return typed
    name, cursor = _name(wanted), ""
    for _part in range(MOST_PARTS):
        part = slack.list_channels(cursor)
        for each in part.found:
            if _name(each.name) == name:
                return each.id
        cursor = part.cursor
        if not cursor:
            break
    raise Refused(
        _(
            "Slack shows us no channel #%(name)s. Invite OnCall to a private one first:"
            " write /invite @OnCall there."
        )
        % {"name": name[:80]},
        "channel",
    )


def _enter(slack: Client, channel: SlackChannel) -> None:
    """Make sure that we may write there."""
    if channel.is_archived:
        raise Refused(_("This channel is archived in Slack."), "channel")
    if channel.is_member:
        return
    if channel.is_private:
        raise Refused(
            _("Invite OnCall to this private channel: write /invite @OnCall there."),
            "channel",
        )
    try:
        slack.join(channel.id)
    except Broken:
        raise
    except Failure as failure:
        raise Refused(str(failure), "channel") from None


def _name(text: str) -> str:
    return text.strip().lstrip("#").lower()
