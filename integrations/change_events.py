"""`POST /v2/change/enqueue`: 202 means that the change is written down."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from incidents import change_events, integration_keys
from integrations import posted, tool_events
from integrations.inbound import changes, values
from integrations.inbound.event import Invalid
from integrations.throttle import events as throttle
from oncall.bare import bare


@bare
def enqueue(request: HttpRequest) -> HttpResponse:
    """Take a change, which pages nobody."""
    return tool_events.answered(request, lambda: _take(request))


def _take(request: HttpRequest) -> HttpResponse:
    """Commit the change; raises posted.Refusal."""
    data = posted.load(posted.body(request))
    try:
        change = changes.parse(data)
    except Invalid as violations:
        raise posted.Refusal(
            posted.invalid(violations.errors),
            why="; ".join(violations.errors),
            key=values.text(data.get("routing_key")),
            sent=data,
        ) from None
    at = timezone.now()
    integration = integration_keys.find(change.key, at)
    if integration is None:
        raise posted.Refusal(posted.invalid(["Invalid routing key"]))
    account = integration.account
    throttle.learn(change.key, account.pk, account.events_per_minute)
    if seconds := throttle.wait(change.key, at):
        raise posted.Refusal(posted.throttled(429, seconds))
    change_events.record(
        integration,
        at=at,
        summary=change.summary,
        source=change.source,
        occurred_at=parse_datetime(change.timestamp or "") or at,
        details=change.custom_details,
        links=change.links,
        images=change.images,
    )
    return posted.answer(202, status="success", message="Change event processed")
