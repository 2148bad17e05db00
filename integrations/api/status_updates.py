"""Status updates of an incident, and who is told of them."""

from typing import Any

from django.db.models import Q
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Membership, Team
from incidents import status_updates
from incidents.models import Incident, Subscriber
from integrations.api import errors, references, times
from integrations.api.incident_bodies import require_sender
from integrations.api.incidents import IncidentView
from integrations.api.requests import ApiRequest

KINDS = {"user": "memberships", "team": "teams"}


class UpdateBody(serializers.Serializer[Any]):
    """What subscribers shall know."""

    message = serializers.CharField(max_length=65_536)
    subject = serializers.CharField(
        max_length=200, required=False, allow_blank=True, allow_null=True
    )


class SubscriberBody(serializers.Serializer[Any]):
    """Somebody to be told, or not any more."""

    subscriber_id = serializers.CharField()
    subscriber_type = serializers.ChoiceField(list(KINDS))


class SubscribersBody(serializers.Serializer[Any]):
    """Those who are to be told, or not any more."""

    subscribers = SubscriberBody(many=True, allow_empty=False)


class UpdateView(IncidentView):
    """What the views of status updates have in common."""

    def sent(self, body: type[serializers.BaseSerializer[Any]]) -> dict[str, Any]:
        """Read the body, which has no root key."""
        made = body(data=self.request.data, context={"request": self.request})
        made.is_valid(raise_exception=True)
        return dict(made.validated_data)

    def subscriber(self, incident: Incident, one: dict[str, str]) -> Subscriber | None:
        """Find the subscription of a user or team, if there is one."""
        public_id = one["subscriber_id"]
        if one["subscriber_type"] == "team":
            rows = incident.subscribers.filter(team__public_id=public_id)
        else:
            rows = incident.subscribers.filter(membership__public_id=public_id)
        return rows.select_related("membership__user", "team").first()

    def who(self, one: dict[str, str]) -> Membership | Team:
        """Find a user or team of the account; raises ApiError."""
        rows: Any = getattr(self.account, KINDS[one["subscriber_type"]])
        found: Membership | Team | None = rows.filter(
            public_id=one["subscriber_id"]
        ).first()
        if found is None:
            raise errors.invalid(
                f"There is no {one['subscriber_type']} {one['subscriber_id']}."
            )
        return found


class StatusUpdates(UpdateView):
    """`/incidents/{id}/status_updates`."""

    def post(self, request: ApiRequest, incident_id: str) -> Response:
        """Tell the subscribers."""
        incident = self.incident(incident_id)
        sent = self.sent(UpdateBody)
        require_sender(request)
        update = status_updates.post(
            incident,
            actor=self.actor,
            at=self.at,
            message=sent["message"],
            subject=sent.get("subject") or "",
        )
        found = {
            "id": update.public_id,
            "message": update.message,
            "created_at": times.spelled(request, update.at),
            "sender": references.maybe(request, update.sender),
        }
        if update.subject:
            found["subject"] = update.subject
        return Response({"status_update": found})


class Subscribers(UpdateView):
    """`/incidents/{id}/status_updates/subscribers`."""

    def get(self, request: ApiRequest, incident_id: str) -> Response:
        """List who is told."""
        rows = self.incident(incident_id).subscribers.filter(
            Q(membership=None) | Q(membership__deactivated_at=None)
        )
        rows = rows.select_related("membership__user", "team").order_by("id")
        answer = self.page("subscribers", rows, represent)
        answer.data["account_id"] = self.account.public_id
        return answer

    def post(self, request: ApiRequest, incident_id: str) -> Response:
        """Let more people and teams be told; who is told already stays so."""
        incident = self.incident(incident_id)
        sent = self.sent(SubscribersBody)["subscribers"]
        self.actor.require("respond", of=incident.service)
        found = [self._subscribed(incident, one) for one in sent]
        return Response({"subscriptions": found})

    def _subscribed(self, incident: Incident, one: dict[str, str]) -> dict[str, Any]:
        who, result = self.who(one), "duplicate"
        if self.subscriber(incident, one) is None:
            result = "success"
            status_updates.subscribe(
                incident,
                actor=self.actor,
                at=self.at,
                people=[who] if isinstance(who, Membership) else (),
                teams=[who] if isinstance(who, Team) else (),
            )
        return {
            **one,
            "subscribable_id": incident.public_id,
            "subscribable_type": "incident",
            "account_id": self.account.public_id,
            "result": result,
        }


class Unsubscribe(UpdateView):
    """`/incidents/{id}/status_updates/unsubscribe`."""

    def post(self, request: ApiRequest, incident_id: str) -> Response:
        """Let people and teams not be told any more."""
        incident = self.incident(incident_id)
        sent = self.sent(SubscribersBody)["subscribers"]
        self.actor.require("respond", of=incident.service)
        deleted = 0
        for one in sent:
            subscriber = self.subscriber(incident, one)
            if subscriber is not None:
                status_updates.unsubscribe(subscriber, actor=self.actor, at=self.at)
                deleted += 1
        return Response(
            {
                "deleted_count": deleted,
                "unauthorized_count": 0,
                "non_existent_count": len(sent) - deleted,
            }
        )


def represent(request: ApiRequest, subscriber: Subscriber) -> dict[str, Any]:
    """Show who is told."""
    who = subscriber.membership or subscriber.team
    return {
        "subscriber_id": who.public_id if who else None,
        "subscriber_type": "user" if subscriber.membership else "team",
        "has_indirect_subscription": False,
        "subscribed_via": None,
    }
