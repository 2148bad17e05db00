"""Requests for help with an incident: to ask, and to take back."""

from typing import Any

from django.db.models import Q
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Membership
from accounts.permissions import Actor
from incidents import responders
from incidents.models import Incident, Responder
from integrations.api import bodies, errors, responder_rendering
from integrations.api.incidents import IncidentView
from integrations.api.requests import ApiRequest

TARGETS = {"user": "memberships", "escalation_policy": "escalation_policies"}
# What a target that cannot be taken back any more is said to have become.
ENDED = {
    Responder.State.JOINED: "joined",
    Responder.State.DECLINED: "declined",
    Responder.State.CANCELLED: "cancelled",
}


class TargetField(bodies.ReferenceField):
    """Whom to ask: a reference, or one in an object of its own."""

    def to_internal_value(self, data: Any) -> Any:
        """Find the member or the policy."""
        if isinstance(data, dict) and "responder_request_target" in data:
            data = data["responder_request_target"]
        return super().to_internal_value(data)


class RequestBody(serializers.Serializer[Any]):
    """What a caller says of a request for help."""

    requester_id = serializers.CharField()
    message = serializers.CharField(max_length=500, allow_blank=True)
    responder_request_targets = serializers.ListField(
        child=TargetField(TARGETS), allow_empty=False
    )


class TargetBody(serializers.Serializer[Any]):
    """Whom not to ask any more; nobody need know them."""

    id = serializers.CharField()
    type = serializers.ChoiceField(["user_reference", "escalation_policy_reference"])


class CancelBody(serializers.Serializer[Any]):
    """What a caller says of requests to be taken back."""

    requester_id = serializers.CharField()
    responder_request_targets = TargetBody(many=True, allow_empty=False)


class ResponderView(IncidentView):
    """What the views of requests for help have in common."""

    def sent(self, body: type[serializers.BaseSerializer[Any]]) -> dict[str, Any]:
        """Read the body, which has no root key."""
        made = body(data=self.request.data, context={"request": self.request})
        made.is_valid(raise_exception=True)
        return dict(made.validated_data)

    def requester(self, public_id: str) -> Actor:
        """Say who asks: a key acts for its user, an account's key for anybody.

        Raises ApiError for a user who is not there, or who is somebody else.
        """
        members = self.account.memberships.filter(deactivated_at=None)
        member = members.filter(public_id=public_id).select_related("user").first()
        if member is None:
            sentence = f"There is no user {public_id}."
            raise errors.ApiError(400, 1008, "Requester User Not Found", sentence)
        if self.actor.user is not None and self.actor.user != member:
            sentence = "You cannot ask in the name of somebody else."
            raise errors.ApiError(403, 1018, "Requester Not Authorized", sentence)
        return Actor(self.actor.via, member, self.actor.name, self.actor.may_write)


class ResponderRequests(ResponderView):
    """`/incidents/{id}/responder_requests`."""

    def post(self, request: ApiRequest, incident_id: str) -> Response:
        """Ask people, and whomever policies reach, to help."""
        incident = self.incident(incident_id)
        sent = self.sent(RequestBody)
        targets = sent["responder_request_targets"]
        asked = responders.ask(
            incident,
            actor=self.requester(sent["requester_id"]),
            at=self.at,
            people=[each for each in targets if isinstance(each, Membership)],
            policies=[each for each in targets if not isinstance(each, Membership)],
            message=sent["message"],
        )
        rows = asked.request.responders.select_related(
            "membership__user", "policy", "request__requester__user"
        )
        found = responder_rendering.represent(request, incident, asked.request, rows)
        return Response({"responder_request": found})


class Cancel(ResponderView):
    """`/incidents/{id}/responder_requests/cancel`."""

    def put(self, request: ApiRequest, incident_id: str) -> Response:
        """Take requests back, and say of each target what became of it."""
        incident = self.incident(incident_id)
        sent = self.sent(CancelBody)
        actor = self.requester(sent["requester_id"])
        actor.require("respond", of=incident.service)
        found = [
            {**target, "result": self._cancelled(incident, target, actor)}
            for target in sent["responder_request_targets"]
        ]
        return Response({"responder_request_targets": found})

    def _cancelled(
        self, incident: Incident, target: dict[str, str], actor: Actor
    ) -> str:
        rows = incident.responders.select_related("request", "incident__account")
        rows = rows.filter(
            Q(membership__public_id=target["id"], policy=None)
            | Q(policy__public_id=target["id"])
        )
        pending = [row for row in rows if row.is_pending]
        for row in pending:
            responders.cancel(row, actor=actor, at=self.at)
        last = rows.last()
        if last is None:
            return "not_found"
        return "cancelled" if pending else ENDED[Responder.State(last.state)]
