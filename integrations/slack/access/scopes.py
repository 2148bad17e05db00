"""What we ask of a workspace, and what for: nothing that we do not use."""

from collections.abc import Sequence
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from integrations.models import SlackWorkspace

SCOPES: Final[dict[str, str | Promise]] = {
    "chat:write": _("Show incidents, keep their messages up to date, answer people."),
    "chat:write.public": _("Do so in public channels without being invited."),
    "channels:read": _("List public channels to choose from, and notice a new name."),
    "groups:read": _("The same for private channels that OnCall was invited to."),
    "channels:join": _("Enter a public channel where Slack asks for it."),
    "channels:history": _(
        "Read the threads below incidents, and find a message whose posting had no"
        " answer, so that there are not two."
    ),
    "groups:history": _("The same in private channels that OnCall was invited to."),
    "commands": _("Offer /oncall and the shortcut that makes an incident."),
    "users:read": _("Name people in the list of those who are not linked."),
    "users:read.email": _("Link people to members with the same e-mail address."),
    "im:write": _("Ask people in private who they are, and page them by message."),
    "channels:manage": _("Make an incident's channel, and keep topics up to date."),
    "groups:write": _("The same for private channels."),
    "usergroups:read": _("List user groups to choose from."),
    "usergroups:write": _("Keep a user group equal to who is on call."),
}
# What Slack tells us of, at /slack/events.
EVENTS: Final = (
    "app_uninstalled",
    "tokens_revoked",
    "channel_archive",
    "channel_deleted",
    "channel_id_changed",
    "channel_rename",
    "channel_unarchive",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_rename",
    "group_unarchive",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
)


def missing(workspace: SlackWorkspace) -> Sequence[str]:
    """List what a workspace has not granted, as it was installed before we asked."""
    granted = set(workspace.scopes.split(","))
    return [scope for scope in SCOPES if scope not in granted]
