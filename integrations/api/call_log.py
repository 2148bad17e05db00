"""Tells the makers of apps how their calls ended; keys have no such log."""

import json
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import tenancy
from integrations import app_calls
from integrations.api import errors, limits
from integrations.api.credentials import Expired
from integrations.api.requests import Caller


def record(
    request: HttpRequest, response: HttpResponse, caller: Caller, *, at: datetime
) -> None:
    """Keep how an app's call ended; asked inside the account's scope."""
    app = caller.credential.app
    if app is None:
        return
    status = response.status_code
    app_calls.record(
        app,
        account=caller.account,
        at=at,
        call=_call(request),
        status=status,
        detail=_words(response.content) if status >= 400 else "",
    )


def record_refusal(request: HttpRequest, refusal: Expired) -> None:
    """Keep that a token was shown that is over; asked outside of any scope."""
    at = timezone.now()
    try:
        # Whoever goes on showing it must not keep us busy with writing that down.
        limits.count(refusal.counter, "", at)
    except errors.ApiError:
        return
    with tenancy.all_accounts():
        app_calls.record(
            refusal.app,
            account=refusal.account,
            at=at,
            call=_call(request),
            status=refusal.status,
            detail="The token is over, or what it was given for has ended.",
        )


def _call(request: HttpRequest) -> str:
    return f"{request.method} {request.path_info}"


def _words(content: bytes) -> str:
    """Take the sentences out of an answer, as the app was told them too."""
    found = json.loads(content)["error"]
    if isinstance(found, str):
        return found
    return " ".join([f"{found['message']}.", *found["errors"]])
