"""Slack connections: channels that show the incidents of one service or one team.

Each is an extension of Slack. One for several services or for the whole account has
no shape here; `/extensions` lists all of them.
"""

from dataclasses import replace
from typing import Any

from django.db.models import Count, Q, QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Team
from accounts.models.contact import Urgency
from integrations.api import errors, slack_shape
from integrations.api.requests import ApiRequest
from integrations.api.slack_shape import SERVICE, TEAM
from integrations.api.views import ResourceView
from integrations.extensions import changes, schemas, values
from integrations.extensions.values import LONGEST_NAME, Scope, Values
from integrations.models import Extension, Room, SlackWorkspace
from integrations.slack.access import naming
from integrations.slack.access.picking import CHANNEL_ID, KIND
from integrations.webhooks.refusals import Refused

ROOT = "slack_connection"
USUAL_LIMIT = 50


class ConfigBody(serializers.Serializer[Any]):
    """Which events of which incidents are told."""

    events = serializers.ListField(
        child=serializers.ChoiceField(list(slack_shape.EVENTS))
    )
    urgency = serializers.ChoiceField(
        Urgency.values, required=False, allow_null=True, default=None
    )
    # Null is any, and none at all only incidents without a priority.
    priorities = serializers.ListField(
        child=serializers.CharField(), required=False, allow_null=True, default=None
    )


class ConnectionBody(serializers.Serializer[Any]):
    """What a caller says of a connection."""

    source_id = serializers.CharField()
    source_type = serializers.ChoiceField([SERVICE, TEAM])
    channel_id = serializers.RegexField(
        CHANNEL_ID,
        error_messages={"invalid": "This must be a channel's id of Slack: C012AB3CD."},
    )
    notification_type = serializers.ChoiceField(
        [slack_shape.RESPONDER, slack_shape.STAKEHOLDER], required=False
    )
    config = ConfigBody()


class ConnectionView(ResourceView):
    """What the views of connections have in common."""

    asks_for = "administer"

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Refuse keys of the account, too: somebody of it must have connected Slack."""
        super().initial(request, *args, **kwargs)
        if self.request.caller.credential.membership is None:
            raise errors.denied("Call this with a user's key or token.")

    def workspace(self, team_id: str) -> SlackWorkspace:
        """Find a workspace of the account, connected or not; raises ApiError."""
        found = self.account.slack_workspaces.filter(team_id=team_id).first()
        if found is None:
            raise errors.not_found(
                "This workspace is not connected; connect it under Settings, Slack."
            )
        return found

    def connections(self, workspace: SlackWorkspace) -> QuerySet[Extension]:
        """Return the extensions that have the shape of a connection."""
        rows = self.account.extensions.filter(schema=KIND, room__workspace=workspace)
        rows = rows.annotate(count=Count("extended_services"))
        rows = rows.filter(Q(scope=Scope.TEAM) | Q(scope=Scope.SERVICES, count=1))
        rows = rows.select_related("team", "room").order_by("id")
        return rows.prefetch_related("extended_services__service")

    def one(self, extension: Extension, status: int = 200) -> Response:
        """Answer with one connection, as the database has it now."""
        rows = self.account.extensions.select_related("team", "room")
        found = rows.get(pk=extension.pk)
        return Response({ROOT: slack_shape.connection(found)}, status=status)

    def wanted(
        self, workspace: SlackWorkspace, before: Values, sent: dict[str, Any]
    ) -> Values:
        """Change what was sent; raises Refused for what the account does not have."""
        config = sent["config"]
        told = config["priorities"]
        return replace(
            self._of(before, sent["source_type"], sent["source_id"]),
            room=self._room(workspace, before, sent["channel_id"]),
            urgency=config["urgency"] or "",
            priorities=None if told is None else tuple(told),
            updates=slack_shape.updates(config["events"]),
            has_buttons=sent.get("notification_type") != slack_shape.STAKEHOLDER,
            config={"events": config["events"]},
        )

    def _of(self, before: Values, kind: str, public_id: str) -> Values:
        """Name the source, and it after the source unless it has a name of its own."""
        is_team = kind == TEAM
        rows: Any = self.account.teams if is_team else self.account.services
        found = rows.filter(public_id=public_id).first()
        if found is None:
            raise Refused(f"Source id: There is no {kind} {public_id}.")
        name = found.name[:LONGEST_NAME] if _is_usual(before) else before.name
        if isinstance(found, Team):
            return replace(before, name=name, scope=Scope.TEAM, team=found, services=())
        return replace(
            before, name=name, scope=Scope.SERVICES, team=None, services=(found,)
        )

    def _room(self, workspace: SlackWorkspace, before: Values, channel_id: str) -> Room:
        """Find the channel's room, or make one whose name Slack tells us later."""
        if before.room is not None and before.room.channel_id == channel_id:
            return before.room
        if not workspace.is_connected:
            raise Refused("The workspace is not connected any more.")
        rows = self.account.rooms.filter(kind=KIND, workspace=workspace)
        return rows.filter(channel_id=channel_id).first() or Room(
            account=self.account,
            kind=KIND,
            workspace=workspace,
            channel_id=channel_id,
            name=channel_id,
        )


class Connections(ConnectionView):
    """`/integration-slack/workspaces/{slack_team_id}/connections`."""

    def get(self, request: ApiRequest, slack_team_id: str) -> Response:
        """List the connections of a workspace, the oldest first."""
        return self.pages(
            f"{ROOT}s",
            self.connections(self.workspace(slack_team_id)),
            lambda found: [slack_shape.connection(each) for each in found],
            usual_limit=USUAL_LIMIT,
            counts=True,
        )

    def post(self, request: ApiRequest, slack_team_id: str) -> Response:
        """Show a service's or a team's incidents in a channel of the workspace."""
        workspace = self.workspace(slack_team_id)
        sent = self.read(ConnectionBody, ROOT)
        wanted = self.wanted(workspace, Values(name=""), sent)
        schema = schemas.by_key(KIND)
        made = changes.create(
            self.account, schema, wanted, actor=self.actor, at=self.at
        )
        naming.later()
        return self.one(made, status=201)


class OneConnection(ConnectionView):
    """`/integration-slack/workspaces/{slack_team_id}/connections/{id}`."""

    def get(self, request: ApiRequest, slack_team_id: str, public_id: str) -> Response:
        """Show a connection."""
        return self.one(self._found(slack_team_id, public_id))

    def put(self, request: ApiRequest, slack_team_id: str, public_id: str) -> Response:
        """Change a connection; what its extension has besides stays."""
        extension = self._found(slack_team_id, public_id)
        sent = self.read(ConnectionBody, ROOT)
        workspace = self.workspace(slack_team_id)
        wanted = self.wanted(workspace, values.of(extension), sent)
        changes.change(extension, wanted, actor=self.actor, at=self.at)
        naming.later()
        return self.one(extension)

    def delete(
        self, request: ApiRequest, slack_team_id: str, public_id: str
    ) -> Response:
        """Delete a connection; what stands in the channel stays."""
        extension = self._found(slack_team_id, public_id)
        changes.delete(extension, actor=self.actor, at=self.at)
        return Response(status=204)

    def _found(self, slack_team_id: str, public_id: str) -> Extension:
        rows = self.connections(self.workspace(slack_team_id))
        return self.find(rows, public_id)


def _is_usual(values: Values) -> bool:
    """Say whether a name is the one that we gave: its source's."""
    source = values.team or next(iter(values.services), None)
    return not values.name or (source is not None and values.name == source.name)
