"""The door of heartbeats: a POST says that something still runs."""

import logging
from typing import Final

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents import beats
from oncall.bare import bare

logger = logging.getLogger(__name__)

Outcome = beats.Outcome
GET: Final = ("GET", "HEAD")
KEY_LENGTH: Final = 32


@bare
def beat(request: HttpRequest, token: str) -> HttpResponse:
    """`POST /heartbeat/<key>`: all is well; GET too, where the heartbeat allows it."""
    return _answer(request, token, has_failed=False)


@bare
def fail(request: HttpRequest, token: str) -> HttpResponse:
    """`POST /heartbeat/<key>/fail`: it ran and failed; the body says why."""
    return _answer(request, token, has_failed=True)


def _answer(request: HttpRequest, key: str, *, has_failed: bool) -> HttpResponse:
    if request.method not in ("POST", *GET):
        return _not_allowed()
    if len(key) != KEY_LENGTH or not key.isalnum():
        return _unknown()
    try:
        outcome = _note(request, key, has_failed=has_failed)
    except DatabaseError:
        logger.exception("Could not take a beat")
        return _text(503, _("The beat was not taken; try again."))
    if outcome == Outcome.UNKNOWN:
        return _unknown()
    if outcome == Outcome.REFUSED:
        return _not_allowed()
    if outcome == Outcome.IGNORED:
        return _text(200, _("OK; more than one beat a second is not written down."))
    return _text(200, _("OK"))


def _note(request: HttpRequest, key: str, *, has_failed: bool) -> Outcome:
    at, by_get = timezone.now(), request.method in GET
    if has_failed:
        return beats.fail(key, at=at, by_get=by_get, message=_message(request))
    return beats.take(key, at=at, by_get=by_get)


def _message(request: HttpRequest) -> str:
    """Read what the job says, as far as it is kept; a failure counts without it."""
    if not request.META.get("CONTENT_LENGTH"):
        return ""
    try:
        body = request.read(beats.LONGEST_MESSAGE)
    except UnreadablePostError:
        return ""
    # PostgreSQL keeps no NUL.
    return body.decode(errors="replace").replace("\0", "").strip()


def _unknown() -> HttpResponse:
    return _text(
        404,
        _(
            "No heartbeat has this address. Copy it again from the heartbeat's page:"
            " its key may have been replaced, or the heartbeat deleted."
        ),
    )


def _not_allowed() -> HttpResponse:
    response = _text(
        405,
        _(
            "Send a beat with POST. A GET counts only where the heartbeat allows it,"
            " because browsers and mail scanners open links too."
        ),
    )
    response["Allow"] = "POST"
    return response


def _text(status: int, text: str) -> HttpResponse:
    content = f"{text}\n".encode()
    # Bare routes skip the middleware that says the length.
    headers = {"Content-Length": str(len(content)), "Cache-Control": "no-store"}
    return HttpResponse(
        content, "text/plain; charset=utf-8", status=status, headers=headers
    )
