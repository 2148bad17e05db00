"""The Events API, versions 1 and 2: 2xx means that the event is committed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from incidents import intake
from incidents.models import Event
from incidents.watching import refusals
from integrations import posted, refused
from integrations.inbound import events_v1, events_v2, values
from integrations.inbound.event import InboundEvent, Invalid
from integrations.throttle import events as throttle
from oncall.bare import bare

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between the versions of the Events API."""

    parse: Callable[[dict[str, Any]], InboundEvent]
    accepted: int
    throttled: int
    # How the success body names the dedup key.
    key_name: str
    # How the event names the integration key.
    sender: str


V2 = Dialect(
    events_v2.parse,
    accepted=202,
    throttled=429,
    key_name="dedup_key",
    sender="routing_key",
)
V1 = Dialect(
    events_v1.parse,
    accepted=200,
    throttled=403,
    key_name="incident_key",
    sender="service_key",
)


@bare
def enqueue(request: HttpRequest) -> HttpResponse:
    """`POST /v2/enqueue`: take an event of version 2."""
    return _answer(request, V2)


@bare
def create_event(request: HttpRequest) -> HttpResponse:
    """`POST /generic/2010-04-15/create_event.json`: take an event of version 1."""
    return _answer(request, V1)


def _answer(request: HttpRequest, dialect: Dialect) -> HttpResponse:
    try:
        return _take(request, dialect)
    except posted.Refusal as refusal:
        refused.note(refusal, timezone.now())
        return refusal.response
    except Exception:
        # The tool tries again after a 5xx; it would give up after a 4xx.
        logger.exception("Could not take an event")
        return posted.not_taken()


def _take(request: HttpRequest, dialect: Dialect) -> HttpResponse:
    """Commit the event; raises posted.Refusal."""
    data = posted.load(posted.body(request))
    try:
        event = dialect.parse(data)
    except Invalid as violations:
        raise posted.Refusal(
            posted.invalid(violations.errors),
            why="; ".join(violations.errors),
            key=values.text(data.get(dialect.sender)),
            sent=data,
        ) from None
    at = timezone.now()
    seconds = throttle.wait(event.key, at)
    # A refused resolve would page on.
    is_end = event.action == Event.Action.RESOLVE
    if seconds and not (is_end and intake.is_open(event.key, event.dedup_key, at=at)):
        refusals.note(event.key, at)
        raise posted.Refusal(posted.throttled(dialect.throttled, seconds))
    receipt = intake.receive(
        event.key, event.action, event.dedup_key, event.body, at=at
    )
    if receipt is None:
        raise posted.Refusal(posted.invalid(["Invalid routing key"]))
    throttle.learn(event.key, receipt.account_id, receipt.events_per_minute)
    return posted.answer(
        dialect.accepted,
        status="success",
        message="Event processed",
        **{dialect.key_name: event.dedup_key},
    )
