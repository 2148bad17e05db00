"""The API's door: it finds the caller, opens their account, and answers in JSON.

It stands before the session: a request of the API needs no cookie and sets none.
"""

import uuid
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import timezone, translation

from accounts import tenancy
from integrations.api import (
    bodies,
    call_log,
    credentials,
    errors,
    limits,
    scopes,
)
from integrations.api.requests import PREFIX, Caller

URLS = "integrations.api.urls"
# Never the API, whatever a client or a proxy puts into the headers.
ELSEWHERE = (
    *("/static/", "/admin/", "/oauth/", "/global/", "/.well-known/"),
    *("/twilio/", "/healthz", "/readyz"),
)
# Pages about the API, and no part of it.
DOCUMENTATION = {f"{PREFIX}/docs", f"{PREFIX}/openapi.json"}


class ApiMiddleware:
    """Answers what is below the prefix, and whatever carries an API credential."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = _path(request)
        if path is None:
            return self.get_response(request)
        response = _answer(request, path)
        response["x-request-id"] = uuid.uuid4().hex
        if not response.streaming:
            response["Content-Length"] = str(len(response.content))
        return response


def _path(request: HttpRequest) -> str | None:
    """Return the address within the API, or nothing for what is a page's."""
    path = request.path_info
    if path.rstrip("/") in DOCUMENTATION:
        return None
    if path == PREFIX or path.startswith(f"{PREFIX}/"):
        return path.removeprefix(PREFIX)
    if credentials.is_given(request) and not path.startswith(ELSEWHERE):
        return path
    return None


def _answer(request: HttpRequest, path: str) -> HttpResponse:
    try:
        # Before anything is opened: a slow body must not hold a transaction.
        bodies.receive(request)
        # What an earlier request of this thread chose must not show here.
        with (
            translation.override(settings.LANGUAGE_CODE),
            timezone.override(None),
            tenancy.all_accounts(),
        ):
            return _enter(request, path)
    except credentials.Expired as error:
        call_log.record_refusal(request, error)
        return errors.response(error)
    except Exception as error:
        return errors.response(errors.of(error))


def _enter(request: HttpRequest, path: str) -> HttpResponse:
    """Answer in the caller's account; only what succeeded is kept.

    Raises errors.ApiError for a caller whom we do not let in.
    """
    at = timezone.now()
    caller = credentials.identify(request, at)
    match = _match(path)
    operation = f"{request.method} {match.route}" if match else ""
    headers = limits.count(caller.credential.counter, operation, at)
    tenancy.enter(caller.account)
    with transaction.atomic():
        response = _view(request, match, caller)
        if response.status_code >= 400:
            transaction.set_rollback(True)
    call_log.record(request, response, caller, at=at)
    for name, value in headers.items():
        response.setdefault(name, value)
    return response


def _view(
    request: HttpRequest, match: ResolverMatch | None, caller: Caller
) -> HttpResponse:
    if match is None:
        return errors.response(errors.not_found())
    try:
        _require_text(request)
        scopes.require(caller.credential, match.route, request.method or "GET")
    except errors.ApiError as refusal:
        return errors.response(refusal)
    request.account = caller.account  # type: ignore[attr-defined]
    request.actor = caller.actor  # type: ignore[attr-defined]
    request.caller = caller  # type: ignore[attr-defined]
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    if hasattr(response, "render"):
        response.render()
    return response


def _require_text(request: HttpRequest) -> None:
    """Refuse the one character that no text of the database holds."""
    for name, values in request.GET.lists():
        if "\0" in name or any("\0" in value for value in values):
            raise errors.invalid(f"{name.strip(chr(0))}: No text here has a NUL in it.")


def _match(path: str) -> ResolverMatch | None:
    """Find the view; a slash at the end makes no difference."""
    if "\0" in path:
        return None
    try:
        return resolve(f"/{path.strip('/')}", URLS)
    except Resolver404:
        return None
