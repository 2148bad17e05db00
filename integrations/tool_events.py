"""`POST /integration/<key>/enqueue`: what tools send in their own words.

The kind of the integration says who reads it. A body that is JSON, but that the
reader does not understand, may be a page: it becomes an alert which says so, and is
answered with 202 and what was odd. All events of one body are committed or none.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from incidents import intake, integration_keys, payloads
from incidents.models import Event, Integration, Payload
from incidents.watching import refusals
from integrations import posted, refused, sns
from integrations.inbound import event, events_v1, events_v2, registry, values
from integrations.inbound.event import InboundEvent, Invalid
from integrations.throttle import events as throttle
from oncall.bare import bare

logger = logging.getLogger(__name__)

Outcome = Payload.Outcome
Check = Callable[..., None]
# Kinds whose messages are signed by more than the key in the address.
CHECKS: Final[dict[str, Check]] = {"cloudwatch": sns.check}
ANSWERS: Final[dict[str, Callable[[Any], bool]]] = {"cloudwatch": sns.confirm}


@bare
def enqueue(request: HttpRequest, key: str) -> HttpResponse:
    """Take a message of a tool."""
    return answered(request, lambda: _take(request, key))


def answered(request: HttpRequest, take: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer what taking it answers; a failure of ours makes the tool try again."""
    try:
        return take()
    except posted.Refusal as refusal:
        refused.note(refusal, timezone.now())
        return refusal.response
    except Exception:
        logger.exception("Could not take what a tool sent")
        return posted.not_taken()


def known(key: str, at: datetime) -> Integration:
    """Find the integration of a key; raises posted.Refusal."""
    found = integration_keys.find(key, at)
    if found is None:
        raise posted.Refusal(_unknown())
    return found


def commit(
    integration: Integration, key: str, events: list[InboundEvent], *, at: datetime
) -> None:
    """Commit events, unless too many come; raises posted.Refusal.

    A message counts as one, or a long one could never come at all.
    """
    throttle.learn(key, integration.account_id, integration.account.events_per_minute)
    seconds = throttle.wait(key, at)
    if seconds and not any(_ends_an_alert(key, each, at) for each in events):
        refusals.note(integration.key, at)
        raise posted.Refusal(posted.throttled(429, seconds))
    rows = [(each.action, each.dedup_key, each.body) for each in events]
    if rows and not intake.receive_all(key, rows, at=at):
        raise posted.Refusal(_unknown())


def _take(request: HttpRequest, key: str) -> HttpResponse:
    """Commit the events of a message; raises posted.Refusal."""
    body, at = _body(request, key), timezone.now()
    integration = known(key, at)
    payload = _payload(integration, body, request.content_type or "", at)
    _check(integration, payload, at)
    events, errors = _events(integration, payload, at)
    commit(integration, key, events, at=at)
    outcome = Outcome.UNREADABLE if errors else Outcome.ACCEPTED
    _note(integration, payload, outcome, at, errors, len(events))
    fields: dict[str, Any] = {"errors": errors} if errors else {}
    return posted.answer(
        202,
        status="success",
        message="Event processed",
        events=len(events),
        dedup_keys=[each.dedup_key for each in events],
        **fields,
    )


def _body(request: HttpRequest, key: str) -> bytes:
    """Read the body; a refusal of it is this integration's, for the address says so."""
    try:
        return posted.body(request)
    except posted.Refusal as refusal:
        refusal.key = key
        raise


def _payload(integration: Integration, body: bytes, kind: str, at: datetime) -> Any:
    """Decode JSON, or the fields of a form; raises posted.Refusal."""
    try:
        return values.load(body)
    except values.NotJSON:
        pass
    if kind == "application/x-www-form-urlencoded":
        words = body.decode("utf-8", "replace")
        fields = dict(parse_qsl(words, keep_blank_values=True, max_num_fields=None))
        if fields:
            return fields
    _note(integration, None, Outcome.REFUSED, at, ["The body is not JSON"])
    raise posted.Refusal(posted.unrecognized())


def _check(integration: Integration, payload: Any, at: datetime) -> None:
    """Look who sent it, where that can be told; raises posted.Refusal."""
    check = CHECKS.get(integration.kind)
    if check is None:
        return
    try:
        check(payload, at=at)
        ANSWERS[integration.kind](payload)
    except sns.Forged as why:
        _note(integration, None, Outcome.REFUSED, at, [str(why)])
        raise posted.Refusal(_denied(403, str(why))) from None
    except sns.Unavailable as why:
        _note(integration, payload, Outcome.REFUSED, at, [str(why)])
        raise posted.Refusal(_denied(503, str(why))) from None


def _unknown() -> HttpResponse:
    words = "Invalid integration key"
    return posted.answer(404, status="not found", message=words, errors=[words])


def _denied(code: int, why: str) -> HttpResponse:
    return posted.answer(code, status="not taken", message=why, errors=[why])


def _events(
    integration: Integration, payload: Any, at: datetime
) -> tuple[list[InboundEvent], list[str]]:
    """Read the events, and what was odd; raises posted.Refusal."""
    read = registry.find(integration.kind, integration.mapping)
    if read is None:
        return [_own(integration, payload, at)], []
    tool = integration.name
    try:
        found = read(payload)
    except Invalid as odd:
        return [event.unreadable(tool, odd.errors, payload)], odd.errors
    except Exception:
        # A mistake of ours must not lose a page.
        logger.exception("The reader of %s failed", integration.kind)
        errors = ["The payload could not be read"]
        return [event.unreadable(tool, errors, payload)], errors
    return found, [error for each in found for error in event.oddities(each)]


def _own(integration: Integration, payload: Any, at: datetime) -> InboundEvent:
    """Read our own format, whose key is the one in the address."""
    sent = payload if isinstance(payload, dict) else {}
    try:
        if "event_type" in sent:
            return events_v1.parse({**sent, "service_key": integration.key})
        return events_v2.parse({**sent, "routing_key": integration.key})
    except Invalid as violations:
        _note(integration, payload, Outcome.REFUSED, at, violations.errors)
        raise posted.Refusal(posted.invalid(violations.errors)) from None


def _ends_an_alert(key: str, found: InboundEvent, at: datetime) -> bool:
    """Whether to take the event even now: a refused resolve would page on."""
    if found.action != Event.Action.RESOLVE:
        return False
    return intake.is_open(key, found.dedup_key, at=at)


def _note(
    integration: Integration,
    payload: Any,
    outcome: Outcome,
    at: datetime,
    errors: list[str],
    event_count: int = 0,
) -> None:
    payloads.note(
        integration,
        event.bounded(payload, payloads.LONGEST),
        outcome,
        at=at,
        reason="; ".join(errors),
        event_count=event_count,
    )
