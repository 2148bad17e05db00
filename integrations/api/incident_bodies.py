"""What callers say of incidents, and who says it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from rest_framework import serializers

from accounts.models import Account, Membership, Priority
from accounts.models.contact import Urgency
from incidents import states
from incidents.models import Incident
from incidents.models.incident import Status
from integrations.api import bodies, errors
from integrations.api.requests import ApiRequest

ARGUMENTS = "Arguments Caused Error"
LONGEST_SNOOZE = timedelta(days=7)


def require_sender(request: ApiRequest) -> Membership:
    """Say who acts: the key's user, or whom `From` names; raises ApiError for nobody.

    An account's key may do everything, and so incidents ask for a name beside it.
    """
    if request.actor.user is None:
        sentence = "Send a header From with the e-mail address of a user."
        raise errors.ApiError(400, 1008, "Requester User Not Found", sentence)
    return request.actor.user


@contextmanager
def coded(code: int, message: str) -> Iterator[None]:
    """Let a refusal of a verb have its documented code."""
    try:
        yield
    except states.NotAllowed as refusal:
        raise errors.ApiError(400, code, message, str(refusal)) from None


def find(account: Account, public_id: str) -> Incident | None:
    """Find an incident by its id or by its number."""
    rows = account.incidents.select_related("account", "service__escalation_policy")
    if public_id.isdecimal() and len(public_id) < 18:
        return rows.filter(number=int(public_id)).first()
    return rows.filter(public_id=public_id).first()


class PriorityField(serializers.Field[Any, Any, Any, Any]):
    """A priority: a reference, or the name of one."""

    default_error_messages = {
        "shape": "This must be a reference with an id and a type, or a name.",
    }

    def to_internal_value(self, data: Any) -> Priority:
        """Find it; of several with one name, the highest. Raises ApiError."""
        rows = self.context["request"].account.priorities.order_by("position")
        if isinstance(data, dict) and isinstance(data.get("id"), str):
            found = rows.filter(public_id=data["id"]).first()
        elif isinstance(data, str):
            found = rows.filter(name=data).first()
        else:
            self.fail("shape")
        if found is None:
            sentence = "There is no such priority."
            raise errors.ApiError(400, 1020, "Invalid Priority", sentence)
        priority: Priority = found
        return priority


class DetailsField(serializers.Field[Any, Any, Any, Any]):
    """The body of an incident: text in a typed object."""

    default_error_messages = {"shape": "This must be an object with details in text."}

    def to_internal_value(self, data: Any) -> str:
        """Take the text."""
        details = data.get("details") if isinstance(data, dict) else data
        if not isinstance(details, str | None):
            self.fail("shape")
        return details or ""


class AssignmentBody(serializers.Serializer[Any]):
    """Somebody to have the incident."""

    assignee = bodies.ReferenceField({"user": "memberships"})


class _Holders(serializers.Serializer[Any]):
    """Who shall have the incident: people, or a policy, but not both."""

    assignments = AssignmentBody(many=True, required=False, allow_null=True)
    escalation_policy = bodies.ReferenceField(
        {"escalation_policy": "escalation_policies"}, required=False, allow_null=True
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse both at once."""
        if attrs.get("assignments") and attrs.get("escalation_policy"):
            raise serializers.ValidationError(
                "Send assignments or an escalation policy, not both."
            )
        return attrs


class NewIncident(_Holders):
    """What a caller says of an incident that shall be."""

    title = serializers.CharField(max_length=1024)
    service = bodies.ReferenceField({"service": "services"})
    urgency = serializers.ChoiceField(Urgency.values, required=False, allow_null=True)
    priority = PriorityField(required=False, allow_null=True)
    body = DetailsField(required=False, allow_null=True)
    incident_key = serializers.CharField(
        max_length=255, required=False, allow_blank=True, allow_null=True
    )


class IncidentChange(_Holders):
    """What a caller wants to be different; each member is a wish of its own."""

    title = serializers.CharField(max_length=1024, required=False)
    status = serializers.ChoiceField(Status.values, required=False)
    resolution = serializers.CharField(
        required=False, allow_blank=True, allow_null=True
    )
    urgency = serializers.ChoiceField(Urgency.values, required=False)
    priority = PriorityField(required=False, allow_null=True)
    escalation_level = serializers.IntegerField(min_value=1, required=False)
    service = bodies.ReferenceField({"service": "services"}, required=False)


class OneOfMany(IncidentChange):
    """A change with the id of its incident."""

    id = serializers.CharField()


class ManyChanges(serializers.Serializer[Any]):
    """Changes of several incidents."""

    incidents = OneOfMany(many=True, allow_empty=False)
