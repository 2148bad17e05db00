"""A service's rule for urgencies, its support hours, and what they change."""

from datetime import time
from typing import Any

from rest_framework import serializers

from accounts.models.account import validate_zone
from incidents.models import Service

Rule = Service.UrgencyRule
CONSTANT = "constant"
HOURS = Rule.SUPPORT_HOURS.value
URGENCIES = [Rule.HIGH.value, Rule.LOW.value, Rule.SEVERITY.value]
# The one thing that we can do by the clock.
RAISE: dict[str, Any] = {
    "type": "urgency_change",
    "at": {"type": "named_time", "name": "support_hours_start"},
    "to_urgency": "high",
}


class ConstantBody(serializers.Serializer[Any]):
    """An urgency that is the same for all incidents, or theirs by severity."""

    type = serializers.ChoiceField([CONSTANT], required=False)
    urgency = serializers.ChoiceField(URGENCIES, required=False)


class UrgencyRuleBody(serializers.Serializer[Any]):
    """A constant urgency, or one inside of the support hours and one outside."""

    type = serializers.ChoiceField([CONSTANT, HOURS], required=False)
    urgency = serializers.ChoiceField(URGENCIES, required=False, allow_null=True)
    during_support_hours = ConstantBody(required=False, allow_null=True)
    outside_support_hours = ConstantBody(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse an urgency that no rule would look at."""
        if attrs.get("type") == HOURS and attrs.get("urgency"):
            raise serializers.ValidationError(
                "A rule by support hours has its urgencies in during_support_hours"
                " and outside_support_hours."
            )
        return attrs


class SupportHoursBody(serializers.Serializer[Any]):
    """When support hours are on."""

    type = serializers.ChoiceField(["fixed_time_per_day"], required=False)
    time_zone = serializers.CharField(max_length=64, validators=[validate_zone])
    days_of_week = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7),
        min_length=1,
        max_length=7,
    )
    start_time = serializers.TimeField()
    end_time = serializers.TimeField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse half of the hours: a change of a service has whole ones."""
        needed = ("time_zone", "days_of_week", "start_time", "end_time")
        missing = {
            name: "This field is required." for name in needed if name not in attrs
        }
        if missing:
            raise serializers.ValidationError(missing)
        return attrs


class ScheduledActionsField(serializers.Field[Any, Any, Any, Any]):
    """Whether open low-urgency incidents become high when support hours begin."""

    default_error_messages = {
        "strange": "The only action is to change the urgency to high at"
        " support_hours_start, and it may be there once."
    }

    def to_internal_value(self, data: Any) -> bool:
        """Take no action, or the only one."""
        if data == []:
            return False
        if not isinstance(data, list) or len(data) > 1 or not _raises(data[0]):
            self.fail("strange")
        return True


def represent(service: Service) -> dict[str, Any]:
    """Show the rule, the hours if they decide, and what they change."""
    if service.urgency_rule != Rule.SUPPORT_HOURS:
        rule = {"type": CONSTANT, "urgency": service.urgency_rule}
        return {
            "incident_urgency_rule": rule,
            "support_hours": None,
            "scheduled_actions": [],
        }
    return {
        "incident_urgency_rule": {
            "type": HOURS,
            "during_support_hours": _constant(service.urgency_in_hours),
            "outside_support_hours": _constant(service.urgency_out_of_hours),
        },
        "support_hours": {
            "type": "fixed_time_per_day",
            "time_zone": service.support_time_zone,
            "days_of_week": service.support_days,
            "start_time": _clock(service.support_start),
            "end_time": _clock(service.support_end),
        },
        "scheduled_actions": [RAISE] if service.raise_at_support_start else [],
    }


def values(sent: dict[str, Any], before: Service) -> dict[str, Any]:
    """Translate what was sent of the rule, the hours and the actions.

    Raises ValidationError for what would not work together.
    """
    found: dict[str, Any] = {}
    if rule := sent.get("incident_urgency_rule"):
        found |= _rule(rule)
    if hours := sent.get("support_hours"):
        found |= _hours(hours)
    if "scheduled_actions" in sent:
        found["raise_at_support_start"] = bool(sent["scheduled_actions"])
    _check({**_before(before), **found})
    return found


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    if rule.get("type") != HOURS:
        return {"urgency_rule": rule.get("urgency") or Rule.HIGH.value}
    inside = rule.get("during_support_hours") or {}
    outside = rule.get("outside_support_hours") or {}
    return {
        "urgency_rule": HOURS,
        "urgency_in_hours": inside.get("urgency", Rule.HIGH.value),
        "urgency_out_of_hours": outside.get("urgency", Rule.LOW.value),
    }


def _hours(hours: dict[str, Any]) -> dict[str, Any]:
    return {
        "support_time_zone": hours["time_zone"],
        "support_days": sorted(set(hours["days_of_week"])),
        "support_start": hours["start_time"],
        "support_end": hours["end_time"],
    }


def _before(service: Service) -> dict[str, Any]:
    names = (
        "urgency_rule",
        "urgency_in_hours",
        "support_start",
        "raise_at_support_start",
    )
    return {name: getattr(service, name) for name in names}


def _check(after: dict[str, Any]) -> None:
    if after["urgency_rule"] != HOURS:
        return
    if after["support_start"] is None:
        raise serializers.ValidationError(
            {"support_hours": "A rule by support hours needs them."}
        )
    if after["raise_at_support_start"] and after["urgency_in_hours"] == Rule.LOW:
        words = "New incidents are low during support hours, so none can be raised."
        raise serializers.ValidationError({"scheduled_actions": words})


def _raises(action: Any) -> bool:
    """Say whether it is our action; its types go without saying."""
    if not isinstance(action, dict) or not isinstance(action.get("at"), dict):
        return False
    told = {**RAISE, **action, "at": {**RAISE["at"], **action["at"]}}
    return all(told[name] == RAISE[name] for name in RAISE)


def _constant(urgency: str) -> dict[str, str]:
    return {"type": CONSTANT, "urgency": urgency}


def _clock(at: time | None) -> str | None:
    return at.strftime("%H:%M:%S") if at else None
