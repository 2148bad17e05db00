"""Proves that a callback is Twilio's, in every configuration."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils.crypto import salted_hmac
from twilio.request_validator import RequestValidator

from oncall.bare import bare

HEADER = "X-Twilio-Signature"

View = Callable[..., HttpResponse]


def secret() -> str:
    """Return what callbacks are signed with: Twilio's token, or one of our own."""
    return settings.TWILIO_AUTH_TOKEN or salted_hmac("twilio", "local").hexdigest()


def signature(url: str, parameters: Mapping[str, Any]) -> str:
    """Sign a callback to us as Twilio does."""
    return str(RequestValidator(secret()).compute_signature(url, parameters))


def signed(view: View) -> View:
    """Open a view to POSTs that carry a signature over our public address.

    All others will be answered 403, before anything is looked up.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return HttpResponse(status=405, headers={"Allow": "POST"})
        if not _is_signed(request):
            return HttpResponseForbidden("The signature is missing or wrong.")
        return view(request, *args, **kwargs)

    return bare(guarded)


def _is_signed(request: HttpRequest) -> bool:
    # What the proxy in front of us calls itself does not matter: Twilio signs the
    # address that it was given, which begins with SITE_URL.
    url = settings.SITE_URL + request.get_full_path()
    given = request.headers.get(HEADER, "")
    return bool(given and RequestValidator(secret()).validate(url, request.POST, given))
