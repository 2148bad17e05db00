"""Proves that a callback is the gateway's, in every configuration."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils.crypto import constant_time_compare

from oncall.bare import bare

SIGNATURE = "X-OnCall-Signature"
TIMESTAMP = "X-OnCall-Timestamp"
# An old callback is a replayed one.
WINDOW_SECONDS = 300
MOST_BYTES = 64 * 1024

View = Callable[..., HttpResponse]


def signature(url: str, timestamp: str, body: bytes) -> str:
    """Sign a callback to us: its time, our whole public address, and its body."""
    signed = b"\n".join((timestamp.encode(), url.encode(), body))
    secret = settings.PHONE_HTTP_SECRET.encode()
    return "v1=" + hmac.new(secret, signed, hashlib.sha256).hexdigest()


def signed(view: View) -> View:
    """Open a view to signed POSTs of JSON; it will be handed what they say.

    All others are answered before anything is looked up: 403, or 400 for no object.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return HttpResponse(status=405, headers={"Allow": "POST"})
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            return HttpResponse("The body is too large.", status=413)
        if not _is_signed(request):
            return HttpResponseForbidden("The signature is missing, wrong or old.")
        try:
            said = json.loads(request.body)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            return HttpResponse("The body is not a JSON object.", status=400)
        return view(request, said, *args, **kwargs)

    return bare(guarded)


def _is_signed(request: HttpRequest) -> bool:
    # Without a secret there is no gateway, and nobody who may call.
    timestamp = request.headers.get(TIMESTAMP, "")
    if not settings.PHONE_HTTP_SECRET or not timestamp.isdecimal():
        return False
    if len(timestamp) > 12 or abs(time.time() - int(timestamp)) > WINDOW_SECONDS:
        return False
    url = settings.SITE_URL + request.get_full_path()
    expected = signature(url, timestamp, request.body)
    return constant_time_compare(request.headers.get(SIGNATURE, ""), expected)
