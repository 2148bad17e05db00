"""Which incidents' status updates a user or a team is told of."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Membership, Team
from incidents import status_updates
from incidents.models import Incident, Subscriber
from integrations.api import errors, incident_bodies
from integrations.api.requests import ApiRequest
from integrations.api.views import ResourceView

# Who may be told: the rows of the account, and how a subscription names one.
KINDS = {"users": ("memberships", "user"), "teams": ("teams", "team")}
MOST = 100


class SubscribableBody(serializers.Serializer[Any]):
    """Something to be told of, or not any more."""

    subscribable_id = serializers.CharField()
    subscribable_type = serializers.ChoiceField(
        ["incident"],
        error_messages={"invalid_choice": "Only incidents can be subscribed to here."},
    )


class SubscribablesBody(serializers.Serializer[Any]):
    """What to be told of, or not any more."""

    subscribables = serializers.ListField(
        child=SubscribableBody(), allow_empty=False, max_length=MOST
    )


class SubscriptionView(ResourceView):
    """What the views of subscriptions have in common."""

    # What comes before the id.
    path = ""

    def who(self, public_id: str) -> Membership | Team:
        """Find the user or the team; raises Http404."""
        rows: Any = getattr(self.account, KINDS[self.path][0]).all()
        if self.path == "users":
            rows = rows.filter(deactivated_at=None).select_related("user")
        found: Membership | Team = self.find(rows, public_id)
        return found

    def incidents(self) -> list[Incident | None]:
        """Find the incidents that were sent; nothing for one that is not there."""
        sent = SubscribablesBody(data=self.request.data)
        sent.is_valid(raise_exception=True)
        return [
            incident_bodies.find(self.account, each["subscribable_id"])
            for each in sent.validated_data["subscribables"]
        ]

    def named(self, who: Membership | Team, incident: Incident) -> dict[str, Any]:
        """Spell a subscription."""
        return {
            "subscriber_id": who.public_id,
            "subscriber_type": KINDS[self.path][1],
            "subscribable_id": incident.public_id,
            "subscribable_type": "incident",
            "account_id": self.account.public_id,
        }


class Subscriptions(SubscriptionView):
    """`/users/{id}/notification_subscriptions`, and those of teams."""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """List what a user or a team is told of, the newest first."""
        who = self.who(public_id)
        rows = who.subscriptions.select_related("incident").order_by("-id")

        def represent(request: ApiRequest, row: Subscriber) -> dict[str, Any]:
            """Show a subscription; incidents have no name there."""
            found = self.named(who, row.incident)
            return {"subscription": {**found, "subscribable_name": None}}

        return self.page("subscriptions", rows, represent)

    def post(self, request: ApiRequest, public_id: str) -> Response:
        """Let a user or a team be told of more; what they are told of stays."""
        who = self.who(public_id)
        found = self.incidents()
        if None in found:
            raise errors.invalid("Subscribables: There is no such incident.")
        rows = [incident for incident in found if incident is not None]
        return Response({"subscriptions": [self._added(who, row) for row in rows]})

    def _added(self, who: Membership | Team, incident: Incident) -> dict[str, Any]:
        result = "duplicate"
        if not who.subscriptions.filter(incident=incident).exists():
            result = "success"
            status_updates.subscribe(
                incident,
                actor=self.actor,
                at=self.at,
                people=[who] if isinstance(who, Membership) else (),
                teams=[who] if isinstance(who, Team) else (),
            )
        return {**self.named(who, incident), "result": result}


class Unsubscribe(SubscriptionView):
    """`/users/{id}/notification_subscriptions/unsubscribe`, and that of teams."""

    def post(self, request: ApiRequest, public_id: str) -> Response:
        """Let a user or a team not be told any more."""
        who, found = self.who(public_id), self.incidents()
        pks = {incident.pk for incident in found if incident is not None}
        rows = who.subscriptions.filter(incident__in=pks)
        mine = list(rows.select_related("incident__service", "membership", "team"))
        for subscriber in mine:
            status_updates.unsubscribe(subscriber, actor=self.actor, at=self.at)
        return Response(
            {
                "deleted_count": len(mine),
                "unauthorized_count": 0,
                "non_existent_count": len(found) - len(mine),
            }
        )
