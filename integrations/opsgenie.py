"""The alert API of Opsgenie, as far as tools need it: create, acknowledge, close."""

import re
import uuid
from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from incidents import payloads
from incidents.models import Payload
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
    sent = posted.load(posted.body(request))
    try:
        found = opsgenie.create(sent)
    except Invalid as odd:
        return _commit(request, event.unreadable("Opsgenie", odd.errors, sent), sent)
    return _commit(request, found, sent)


def _act(request: HttpRequest, alias: str, verb: str) -> HttpResponse:
    posted.body(request)
    kind = request.GET.get("identifierType", "id")
    if kind != "alias":
        words = "Only identifierType=alias is understood"
        raise posted.Refusal(
            _answer(422, message=words, errors={"identifierType": words})
        )
    # A blank one would end nothing, and PostgreSQL takes no NUL.
    return _commit(request, VERBS[verb](values.text(alias)), None)


def _commit(request: HttpRequest, found: InboundEvent, sent: Any) -> HttpResponse:
    at = timezone.now()
    key = KEY.fullmatch(request.headers.get("Authorization", ""))
    if key is None:
        words = "Authorization must be GenieKey and an integration key"
        raise posted.Refusal(_answer(401, message=words))
    try:
        integration = tool_events.known(key[1], at)
    except posted.Refusal:
        raise posted.Refusal(
            _answer(401, message="Could not authenticate: no integration has this key")
        ) from None
    tool_events.commit(integration, key[1], [found], at=at)
    errors = event.oddities(found)
    if sent is not None:
        payloads.note(
            integration,
            event.bounded(sent, payloads.LONGEST),
            Outcome.UNREADABLE if errors else Outcome.ACCEPTED,
            at=at,
            reason="; ".join(errors),
            event_count=1,
        )
    return _answer(202, result="Request will be processed")


def _answer(code: int, **fields: Any) -> HttpResponse:
    """Answer with what clients of Opsgenie look for."""
    return posted.answer(code, **fields, took=0.0, requestId=str(uuid.uuid4()))
