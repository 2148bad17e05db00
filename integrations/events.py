"""The Events API, versions 1 and 2: 2xx means that the event is committed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone

from accounts import tenancy
from incidents import intake
from incidents.models import Alert, Event
from incidents.watching import refusals
from integrations.inbound import events_v1, events_v2, values
from integrations.inbound.event import InboundEvent, Invalid
from integrations.throttle import events as throttle
from oncall.bare import bare

logger = logging.getLogger(__name__)

# Documented as 512 KB; the larger reading of it, so that nobody is refused by a word.
LARGEST_BODY = 512 * 1024


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between the versions of the Events API."""

    parse: Callable[[dict[str, Any]], InboundEvent]
    accepted: int
    throttled: int
    # How the success body names the dedup key.
    key_name: str


V2 = Dialect(events_v2.parse, accepted=202, throttled=429, key_name="dedup_key")
V1 = Dialect(events_v1.parse, accepted=200, throttled=403, key_name="incident_key")


@bare
def enqueue(request: HttpRequest) -> HttpResponse:
    """`POST /v2/enqueue`: take an event of version 2."""
    return _answer(request, V2)


@bare
def create_event(request: HttpRequest) -> HttpResponse:
    """`POST /generic/2010-04-15/create_event.json`: take an event of version 1."""
    return _answer(request, V1)


class Refusal(Exception):
    """The event is not taken; holds the answer."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response


def _answer(request: HttpRequest, dialect: Dialect) -> HttpResponse:
    try:
        return _take(request, dialect)
    except Refusal as refusal:
        return refusal.response
    except Exception:
        # The tool tries again after a 5xx; it would give up after a 4xx.
        logger.exception("Could not take an event")
        return _json(500, status="error", message="The event was not taken; try again")


def _take(request: HttpRequest, dialect: Dialect) -> HttpResponse:
    """Commit the event; raises Refusal."""
    data = _load(_body(request))
    try:
        event = dialect.parse(data)
    except Invalid as violations:
        raise Refusal(_invalid(violations.errors)) from None
    at = timezone.now()
    seconds = throttle.wait(event.key, at)
    if seconds and not _ends_an_alert(event):
        refusals.note(event.key, at)
        raise Refusal(_throttled(dialect, seconds))
    receipt = intake.receive(
        event.key, event.action, event.dedup_key, event.body, at=at
    )
    if receipt is None:
        raise Refusal(_invalid(["Invalid routing key"]))
    throttle.learn(event.key, receipt.account_id, receipt.events_per_minute)
    return _json(
        dialect.accepted,
        status="success",
        message="Event processed",
        **{dialect.key_name: event.dedup_key},
    )


def _ends_an_alert(event: InboundEvent) -> bool:
    """Whether to take the event even now: a refused resolve would page on."""
    if event.action != Event.Action.RESOLVE:
        return False
    mine = {"integration__key": event.key, "dedup_key": event.dedup_key}
    with tenancy.all_accounts():
        open_alerts = Alert.across_accounts.filter(
            status=Alert.Status.TRIGGERED, **mine
        )
        waiting = Event.across_accounts.filter(
            processed_at=None, action=Event.Action.TRIGGER, **mine
        )
        return open_alerts.exists() or waiting.exists()


def _body(request: HttpRequest) -> bytes:
    """Read the body, whatever its content type; raises Refusal."""
    if request.method != "POST":
        raise Refusal(_not_post())
    try:
        body = _read(request)
    except UnreadablePostError:
        raise Refusal(_unrecognized()) from None
    if len(body) > LARGEST_BODY:
        raise Refusal(_too_large())
    return body


def _read(request: HttpRequest) -> bytes:
    if request.META.get("HTTP_TRANSFER_ENCODING"):
        # In chunks, without a length, which Django takes for an empty body.
        chunks: bytes = request.META["wsgi.input"].read(LARGEST_BODY + 1)
        return chunks
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise Refusal(_unrecognized()) from None
    if length > LARGEST_BODY:
        raise Refusal(_too_large())
    return request.body


def _load(body: bytes) -> dict[str, Any]:
    try:
        data = values.load(body)
    except values.NotJSON:
        raise Refusal(_unrecognized()) from None
    if not isinstance(data, dict):
        raise Refusal(_unrecognized())
    return data


def _invalid(errors: list[str]) -> HttpResponse:
    return _json(
        400, status="invalid event", message="Event object is invalid", errors=errors
    )


def _unrecognized() -> HttpResponse:
    return _json(
        400,
        status="Unrecognized object",
        message="Event object format is unrecognized",
        errors=["JSON parse error"],
    )


def _too_large() -> HttpResponse:
    return _json(
        413,
        status="invalid event",
        message="Event object is too large",
        errors=[f"The body is larger than {LARGEST_BODY} bytes"],
    )


def _throttled(dialect: Dialect, seconds: int) -> HttpResponse:
    response = _json(
        dialect.throttled,
        status="throttle exceeded",
        message="Requests for this service are arriving too quickly."
        "  Please retry later.",
    )
    response["Retry-After"] = str(seconds)
    return response


def _not_post() -> HttpResponse:
    response = _json(
        405,
        status="method not allowed",
        message="Send events with POST",
        errors=["Send events with POST"],
    )
    response["Allow"] = "POST"
    return response


def _json(code: int, **body: Any) -> HttpResponse:
    content = msgspec.json.encode(body)
    # Bare routes skip the middleware that says the length.
    headers = {"Content-Length": str(len(content))}
    return HttpResponse(content, "application/json", code, headers=headers)
