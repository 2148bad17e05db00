"""Test events: the same message that a tool would send, by the same door."""

import json
import secrets
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import AccountRequest, member
from incidents import intake
from incidents.models import Integration


@require_POST
@member("respond")
def send_test_event(request: AccountRequest, public_id: str) -> HttpResponse:
    """Send a trigger, or with `action` a resolve, through the integration's key."""
    integration = get_object_or_404(
        request.account.integrations.select_related("service"), public_id=public_id
    )
    request.actor.require("respond", of=integration.service)
    is_resolve = request.POST.get("action") == "resolve"
    key = request.POST.get("dedup_key", "")[:255] or f"test-{secrets.token_hex(4)}"
    receipt = intake.receive(
        integration.key,
        "resolve" if is_resolve else "trigger",
        key,
        _body(integration, str(request.membership)),
        at=timezone.now(),
    )
    if receipt is None:
        messages.error(request, _("This key is not known any more; reload the page."))
    else:
        messages.success(
            request,
            _("The test event was accepted; see what became of it under Last events."),
        )
    return redirect("service", integration.service.public_id)


def curl(integration: Integration) -> str:
    """Write the command that sends an event with this integration's key."""
    event = {
        "routing_key": integration.key,
        "event_action": "trigger",
        "dedup_key": "disk-1",
        "payload": {
            "summary": "Disk is full on db-1",
            "source": "db-1.example.com",
            "severity": "critical",
        },
    }
    body = json.dumps(event, indent=2)
    return (
        f"curl -X POST {settings.SITE_URL}/v2/enqueue \\\n"
        f"  -H 'Content-Type: application/json' \\\n"
        f"  -d '{body}'"
    )


def _body(integration: Integration, sender: str) -> dict[str, Any]:
    """Write what a tool would say of a problem."""
    summary = _("Test event for %(service)s") % {"service": integration.service.name}
    return {
        "summary": summary[:1024],
        "source": settings.SITE_URL,
        "severity": "critical",
        "timestamp": None,
        "component": "",
        "group": "",
        "class": "",
        "custom_details": {"sent by": sender, "integration": integration.name},
        "links": [],
        "images": [],
        "client": "",
        "client_url": "",
    }
