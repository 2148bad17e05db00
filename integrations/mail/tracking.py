"""What the mail provider reports: delivered, bounced, refused, called spam."""

from typing import Any

from anymail import urls
from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts import tenancy
from incidents.models import Notification
from integrations import receipts, switches
from integrations.messages import one_line, shortened
from oncall.bare import bare

FAILED = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}
# Reasons for which the provider will not send there again, nor should we.
HARD = {RejectReason.BOUNCED, RejectReason.INVALID}
BOUNCED = gettext_noop("Mail to it bounces.")
UNWANTED = gettext_noop("Its mailbox called our mail spam.")


@bare
def tracking(request: HttpRequest) -> HttpResponse:
    """Take events of the provider that is set up, with its secret."""
    view_class = _views().get(settings.EMAIL_PROVIDER)
    if view_class is None:
        return HttpResponse(status=404)
    if request.method == "HEAD":
        # Some providers try the address before they keep it.
        return HttpResponse()
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "HEAD, POST"})
    view = view_class()
    try:
        view.run_validators(request)
    except (AnymailWebhookValidationFailure, SuspiciousOperation):
        return HttpResponseForbidden("The secret is missing or wrong.")
    try:
        events = view.parse_events(request)
    except (ValueError, KeyError, TypeError, AttributeError):
        return HttpResponse("These are no events.", status=400)
    for event in events:
        _take(event)
    return HttpResponse()


def _views() -> dict[str, Any]:
    """Find the package's reader of each provider's events."""
    ending = "_tracking_webhook"
    return {
        pattern.name.removesuffix(ending): pattern.callback.view_class
        for pattern in urls.urlpatterns
        if str(pattern.name).endswith(ending)
    }


def _take(event: AnymailTrackingEvent) -> None:
    token = _token_of(event)
    if token and (report := _report(event)) is not None:
        receipts.record(token, report, at=timezone.now())
    if not event.recipient:
        return
    address = event.recipient.strip().lower()
    if event.event_type in FAILED and event.reject_reason in HARD:
        switches.off("email", address, BOUNCED)
    elif event.event_type == EventType.COMPLAINED:
        switches.off("email", address, UNWANTED)


def _token_of(event: AnymailTrackingEvent) -> str:
    """Find the message: by what we sent along, or by the provider's own id."""
    if token := (event.metadata or {}).get("token"):
        return str(token)
    if not event.message_id:
        return ""
    with tenancy.all_accounts():
        rows = Notification.across_accounts.filter(
            provider=settings.EMAIL_PROVIDER, provider_id=event.message_id[:100]
        )
        return rows.values_list("token", flat=True).first() or ""


def _report(event: AnymailTrackingEvent) -> receipts.Report | None:
    who = settings.EMAIL_PROVIDER, str(event.message_id or "")[:100]
    if event.event_type == EventType.DELIVERED:
        return receipts.Report(*who, "delivered")
    if event.event_type in (EventType.QUEUED, EventType.SENT):
        return receipts.Report(*who, "taken")
    if event.event_type in FAILED:
        said = event.mta_response or event.description or event.reject_reason or ""
        return receipts.Report(*who, "failed", shortened(one_line(str(said)), 250))
    return None
