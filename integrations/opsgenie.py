"""The alert API of Opsgenie, as far as tools need it: create, acknowledge, close."""

import re
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from incidents import integration_keys, payloads
from incidents.models import Integration, Payload
from integrations import posted, tool_events
from integrations.inbound import event, opsgenie, values
from integrations.inbound.event import InboundEvent, Invalid
from oncall.bare import bare

Outcome = Payload.Outcome
KEY: Final = re.compile(r"\s*GenieKey\s+([0-9a-zA-Z]{32})\s*", re.IGNORECASE)
VERBS: Final[dict[str, Callable[[str], InboundEvent]]] = {
    "acknowledge": event.acknowledge,
    "close": event.resolve,
}


@bare
def create(request: HttpRequest) -> HttpResponse:
    """`POST /v2/alerts`: open an alert, or say again that it is open."""
    return tool_events.answered(request, lambda: _create(request))


@bare
def act(request: HttpRequest, alias: str, verb: str) -> HttpResponse:
    """`POST /v2/alerts/<alias>/acknowledge` or `close`, with identifierType=alias."""
    return tool_events.answered(request, lambda: _act(request, alias, verb))


def _create(request: HttpRequest) -> HttpResponse:
    """Commit a new alert, even one without a message; raises posted.Refusal."""
    body, at = posted.body(request), timezone.now()
    key, integration = _authenticated(request, at)
    sent = posted.load(body)
    try:
        found = opsgenie.create(sent)
    except Invalid as odd:
        found = event.unreadable("Opsgenie", odd.errors, sent)
    tool_events.commit(integration, key, [found], at=at)
    errors = event.oddities(found)
    payloads.note(
        integration,
        event.bounded(sent, payloads.LONGEST),
        Outcome.UNREADABLE if errors else Outcome.ACCEPTED,
        at=at,
        reason="; ".join(errors),
        event_count=1,
    )
    return _answer(202, result="Request will be processed")


def _act(request: HttpRequest, alias: str, verb: str) -> HttpResponse:
    """Commit what became of an alert; raises posted.Refusal."""
    posted.body(request)
    at = timezone.now()
    key, integration = _authenticated(request, at)
    if request.GET.get("identifierType", "id") != "alias":
        words = "Only identifierType=alias is understood"
        raise posted.Refusal(
            _answer(422, message=words, errors={"identifierType": words})
        )
    # As a trigger's dedup key is made of its alias.
    found = VERBS[verb](values.text(alias).strip())
    tool_events.commit(integration, key, [found], at=at)
    return _answer(202, result="Request will be processed")


def _authenticated(request: HttpRequest, at: datetime) -> tuple[str, Integration]:
    """Return the key that the caller shows, and its integration; raises Refusal."""
    key = KEY.fullmatch(request.headers.get("Authorization", ""))
    found = integration_keys.find(key[1], at) if key else None
    if key is None or found is None:
        words = "Authorization must be GenieKey and an integration key of ours"
        raise posted.Refusal(_answer(401, message=words))
    return key[1], found


def _answer(code: int, **fields: Any) -> HttpResponse:
    """Answer with what clients of Opsgenie look for."""
    return posted.answer(code, **fields, took=0.0, requestId=str(uuid.uuid4()))
