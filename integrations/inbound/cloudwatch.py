"""Amazon CloudWatch: alarms that SNS carries. Who signed them is looked at before."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from integrations.inbound import event, values
from integrations.inbound.event import InboundEvent
from integrations.inbound.registry import parser

NAME = "CloudWatch"
# What SNS says about a subscription, rather than about a problem.
HOUSEKEEPING = ("SubscriptionConfirmation", "UnsubscribeConfirmation")
SEVERITIES = {"ALARM": "critical", "INSUFFICIENT_DATA": "warning"}


@parser(
    "cloudwatch",
    name=_("Amazon CloudWatch"),
    setup=_(
        "Subscribe this address to an SNS topic over HTTPS, with raw message delivery"
        " off; the subscription confirms itself. Let alarms notify the topic when they"
        " are in ALARM and when they are OK."
    ),
)
def read(payload: Any) -> list[InboundEvent]:
    """Read a message of SNS; raises Invalid."""
    message = event.fields(payload)
    kind = values.said(message, "Type")
    if kind in HOUSEKEEPING:
        return []
    if kind != "Notification":
        raise event.Invalid(["'Type' must be Notification"])
    alarm = _inner(message.get("Message"))
    if values.said(alarm, "AlarmName") and values.said(alarm, "NewStateValue"):
        return [_alarm(alarm)]
    return [_other(message, alarm)]


def _inner(message: Any) -> dict[str, Any]:
    try:
        found = values.load(values.text(message).encode("utf-8", "replace"))
    except values.NotJSON:
        return {}
    return found if isinstance(found, dict) else {}


def _alarm(alarm: dict[str, Any]) -> InboundEvent:
    name, state = values.said(alarm, "AlarmName"), values.said(alarm, "NewStateValue")
    key = values.said(alarm, "AlarmArn") or name
    if state == "OK":
        return event.resolve(key, name)
    measured = alarm.get("Trigger")
    return event.trigger(
        key,
        f"{name}: {values.said(alarm, 'AlarmDescription', 'NewStateReason')}",
        happened=alarm.get("StateChangeTime"),
        severity=SEVERITIES.get(state, ""),
        source=_dimensions(measured) or values.said(alarm, "Region") or NAME,
        component=values.said(measured, "Namespace"),
        group=values.said(alarm, "AWSAccountId"),
        class_=values.said(measured, "MetricName"),
        custom_details=event.excerpt(alarm),
        client=NAME,
    )


def _dimensions(measured: Any) -> str:
    found = measured.get("Dimensions") if isinstance(measured, dict) else None
    if not isinstance(found, list):
        return ""
    pairs = [(values.said(d, "name"), values.said(d, "value")) for d in found]
    return ", ".join(f"{name}={value}" for name, value in pairs if name)


def _other(message: dict[str, Any], inner: dict[str, Any]) -> InboundEvent:
    """Take what is no alarm for a problem that nobody will call over."""
    body = values.said(message, "Message")
    title = values.said(message, "Subject") or values.said(inner, "detail-type")
    return event.trigger(
        values.said(message, "MessageId"),
        title or body,
        happened=message.get("Timestamp"),
        source=values.said(message, "TopicArn") or NAME,
        custom_details=event.excerpt(inner or {"message": body}),
        client=NAME,
    )
