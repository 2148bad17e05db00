"""The three addresses that Slack calls: buttons and forms, events, and commands.

Each request is signed, kept and answered at once; whoever takes it from the inbox does
the work. Only forms are opened, and taken, within the request, as Slack wants it.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from integrations import request_bodies
from integrations.inbound import values
from integrations.slack.answering import arrivals
from integrations.slack.api import traces
from integrations.slack.incoming import rows, signatures
from integrations.slack.incoming.whose import part
from oncall.bare import bare

logger = logging.getLogger(__name__)

# Slack's largest are forms with their lists, of some hundred kilobytes.
LARGEST: Final = 1024 * 1024
FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"

Payload = dict[str, Any]


class Odd(Exception):
    """The request is Slack's, and is none of those that it sends here."""


@bare
def interactivity(request: HttpRequest) -> HttpResponse:
    """`POST /slack/interactivity`: what somebody pressed, chose or sent in."""
    return _taken(request, "interaction", FORM, _interaction)


@bare
def commands(request: HttpRequest) -> HttpResponse:
    """`POST /slack/commands`: what somebody typed after `/oncall`."""
    return _taken(request, "command", FORM, _form)


@bare
def events(request: HttpRequest) -> HttpResponse:
    """`POST /slack/events`: what happened in a workspace."""
    return _taken(request, "event", JSON, _json)


def name_of(payload: Payload) -> str:
    """Return what makes an event this one, by whichever way it comes; else nothing."""
    id_ = values.text(payload.get("event_id"))
    team = values.text(payload.get("team_id"))
    return rows.digest("event", team, id_) if part(payload, "event") and id_ else ""


def _taken(
    request: HttpRequest, door: str, kind: str, read: Callable[[bytes], Payload]
) -> HttpResponse:
    """Take a request that is signed; this will answer all others in plain words."""
    if request.method != "POST":
        refusal = _plain(405, "Slack sends this with POST.")
        refusal["Allow"] = "POST"
        return refusal
    try:
        body = request_bodies.read(request, LARGEST)
    except request_bodies.TooLarge:
        return _plain(413, f"The body is larger than {LARGEST} bytes.")
    except request_bodies.Unreadable:
        return _plain(400, "The body could not be read.")
    at = timezone.now()
    if not signatures.is_signed(request, body, at=at):
        return _plain(401, "The signature is missing, wrong or too old.")
    if request.content_type != kind:
        return _plain(400, f"Slack sends this as {kind}.")
    try:
        payload = read(body)
    except (Odd, values.NotJSON, ValueError):
        return _plain(400, "The body is not what Slack sends here.")
    return _answer(request, door, payload, at)


def _answer(
    request: HttpRequest, door: str, payload: Payload, at: datetime
) -> HttpResponse:
    if payload.get("type") == "url_verification":
        return JsonResponse({"challenge": values.text(payload.get("challenge"))})
    # The same signature is the same request; of an event Slack sends it anew with
    # another one, as long as nobody has answered.
    digest = name_of(payload) or rows.digest(
        "signature", request.headers[signatures.SIGNATURE]
    )
    try:
        said = arrivals.dispatch(door, payload, digest=digest, at=at)
    except Exception as error:
        # Of events Slack tries again; people see that it did not work.
        logger.error("Could not take a request of Slack: %s", traces.place(error))
        return _plain(500, "The request was not taken; try again.")
    return HttpResponse(status=200) if said is None else JsonResponse(said)


def _interaction(body: bytes) -> Payload:
    return _json(_form(body).get("payload", "").encode())


def _form(body: bytes) -> Payload:
    found = parse_qsl(
        body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=100
    )
    return {values.text(name): values.text(value) for name, value in found}


def _json(body: bytes) -> Payload:
    payload = values.clean(values.load(body))
    if not isinstance(payload, dict):
        raise Odd
    return payload


def _plain(status: int, words: str) -> HttpResponse:
    return HttpResponse(f"{words}\n", "text/plain; charset=utf-8", status)
