"""What a caller says of a service, turned into what the verbs take."""

from datetime import timedelta
from typing import Any

from rest_framework import serializers

from incidents.models import Service
from integrations.api import bodies, groupings, urgency_rules

# Where a new service leaves them out.
USUAL = {"acknowledgement_timeout": 1800, "auto_resolve_timeout": 14_400}
# A year; a timeout beyond it is a mistake.
LONGEST = 365 * 24 * 60 * 60


def _timeout() -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=0, max_value=LONGEST, required=False, allow_null=True
    )


class ServiceBody(serializers.Serializer[Any]):
    """What a caller says of a service.

    `alert_creation` is taken and changes nothing: each event has its alert here.
    """

    name = serializers.CharField(max_length=255)
    description = serializers.CharField(
        required=False, allow_blank=True, allow_null=True
    )
    status = serializers.ChoiceField(
        ["active", "disabled", "warning", "critical", "maintenance"], required=False
    )
    escalation_policy = bodies.ReferenceField(
        {"escalation_policy": "escalation_policies"}
    )
    teams = serializers.ListField(
        child=bodies.ReferenceField({"team": "teams"}),
        required=False,
        allow_null=True,
        max_length=1,
    )
    acknowledgement_timeout = _timeout()
    auto_resolve_timeout = _timeout()
    incident_urgency_rule = urgency_rules.UrgencyRuleBody(
        required=False, allow_null=True
    )
    support_hours = urgency_rules.SupportHoursBody(required=False, allow_null=True)
    scheduled_actions = urgency_rules.ScheduledActionsField(
        required=False, allow_null=True
    )
    alert_creation = serializers.ChoiceField(
        ["create_alerts_and_incidents", "create_incidents"],
        required=False,
        allow_null=True,
    )
    alert_grouping_parameters = groupings.GroupingField(required=False, allow_null=True)
    alert_grouping = serializers.ChoiceField(["time"], required=False, allow_null=True)
    alert_grouping_timeout = serializers.IntegerField(
        min_value=0, max_value=1440, required=False, allow_null=True
    )
    auto_pause_notifications_parameters = groupings.PauseBody(
        required=False, allow_null=True
    )


def values(sent: dict[str, Any], before: Service) -> dict[str, Any]:
    """Say what is set on the service; raises ValidationError."""
    found: dict[str, Any] = {
        name: sent[name] for name in ("name", "escalation_policy") if name in sent
    }
    if "description" in sent:
        found["description"] = sent["description"] or ""
    if sent.get("teams") is not None:
        found["team"] = next(iter(sent["teams"]), None)
    for name in USUAL:
        if name in sent:
            found[name] = timedelta(seconds=sent[name]) if sent[name] else None
    if "auto_pause_notifications_parameters" in sent:
        pause = sent["auto_pause_notifications_parameters"]
        found["auto_pause"] = groupings.pause(pause)
    return {**found, **_grouping(sent), **urgency_rules.values(sent, before)}


def _grouping(sent: dict[str, Any]) -> dict[str, Any]:
    """Say how alerts are grouped; what is left out leaves that alone."""
    if "alert_grouping_parameters" in sent:
        parameters = sent["alert_grouping_parameters"]
        return dict(parameters or {"grouping": Service.Grouping.OFF.value})
    if "alert_grouping" not in sent:
        return {}
    if sent["alert_grouping"] is None:
        return {"grouping": Service.Grouping.OFF.value}
    return groupings.by_time({"timeout": sent.get("alert_grouping_timeout")})
