"""Channels of Slack in which an incident is: its own, and all that show it."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from integrations.api import errors
from integrations.api.incident_bodies import require_sender
from integrations.api.incidents import IncidentView
from integrations.api.requests import ApiRequest
from integrations.models import IncidentChannel, Room, SlackWorkspace
from integrations.slack.access.picking import KIND
from integrations.slack.channels import incident_channels
from integrations.slack.channels.channel_names import LONGEST_NAME
from integrations.slack.channels.incident_channels import Option, Refused

PRIVATE, PUBLIC = "private", "public"


class ChannelBody(serializers.Serializer[Any]):
    """The channel that somebody wants."""

    # Without one it is named after the incident.
    name = serializers.CharField(
        required=False, allow_blank=True, allow_null=True, max_length=LONGEST_NAME
    )
    slack_team_id = serializers.CharField()
    privacy = serializers.ChoiceField([PUBLIC, PRIVATE], required=False)


class DedicatedChannel(IncidentView):
    """`/integration-slack/incidents/{id}/dedicated_channel`."""

    def get(self, request: ApiRequest, incident_id: str) -> Response:
        """Show the channel that was made for this incident alone."""
        found = incident_channels.of(self.incident(incident_id))
        if found is None:
            raise errors.not_found("The incident has no channel of its own.")
        return Response({"channel": _own(found)})

    def post(self, request: ApiRequest, incident_id: str) -> Response:
        """Have a channel made, with the responders in it; Slack does so in a moment.

        An incident has one: whoever asks again is shown the one that there is.
        """
        incident = self.incident(incident_id)
        sent = self.read(ChannelBody, "channel")
        require_sender(request)
        rows = self.account.slack_workspaces.filter(removed_at=None)
        workspace = rows.filter(team_id=sent["slack_team_id"]).first()
        if workspace is None:
            raise errors.invalid("This workspace of Slack is not connected.")
        try:
            channel = incident_channels.ask(
                incident,
                workspace=workspace,
                actor=self.actor,
                at=self.at,
                name=sent.get("name") or "",
                option=Option(is_private=sent.get("privacy") == PRIVATE),
            )
        except Refused as refusal:
            raise errors.invalid(str(refusal)) from None
        return Response({"channel": _own(channel), "warnings": []}, status=201)


class NotificationChannels(IncidentView):
    """`/integration-slack/incidents/{id}/notification_channels`."""

    def get(self, request: ApiRequest, incident_id: str) -> Response:
        """List the channels in which the incident is shown, its own among them."""
        incident = self.incident(incident_id)
        rows = incident.chat_messages.filter(room__kind=KIND)
        rows = rows.select_related("room__workspace").order_by("id")
        return self.pages(
            "channels", rows, lambda found: [_of_room(each.room) for each in found]
        )


def _own(channel: IncidentChannel) -> dict[str, Any]:
    """Show the incident's own channel; Slack's id of it follows once it is made."""
    return {
        **_named(channel.workspace, channel.channel_id, channel.name),
        "privacy": PRIVATE if channel.is_private else PUBLIC,
    }


def _of_room(room: Room) -> dict[str, Any]:
    return _named(room.workspace, room.channel_id, room.name.removeprefix("#"))


def _named(
    workspace: SlackWorkspace | None, channel_id: str, name: str
) -> dict[str, Any]:
    team = workspace.team_id if workspace else ""
    is_there = bool(team and channel_id)
    web = f"https://slack.com/app_redirect?team={team}&channel={channel_id}"
    if workspace is not None and workspace.url:
        web = f"{workspace.url.rstrip('/')}/archives/{channel_id}"
    app = f"slack://channel?team={team}&id={channel_id}"
    return {
        "id": channel_id or None,
        "name": name,
        "slack_team_id": team or None,
        "link": web if is_there else None,
        "deep_link": app if is_there else None,
    }
