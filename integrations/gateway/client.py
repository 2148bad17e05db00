"""Hands texts and calls to a gateway; docs/gateway.md is the protocol."""

import functools
import json
from collections.abc import Mapping
from typing import Any

import requests
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import channels
from integrations import deadlines
from integrations.messages import one_line, shortened
from integrations.refusals import RefusedHere, Unsubscribed

CONNECT_SECONDS = 3.0
LONGEST_ANSWER = 64 * 1024
SENDERS = 16
# How a gateway says that the trouble is not its own: 422 with one of these.
REFUSALS: dict[str, type[channels.PermanentFailure]] = {
    "invalid_number": channels.PermanentFailure,
    "unreachable_number": channels.PermanentFailure,
    "unsubscribed": Unsubscribed,
    "not_served": RefusedHere,
}

Answer = tuple[int, dict[str, Any]]


def url_of(kind: str) -> str:
    """Return the gateway's address for a kind, or nothing."""
    return str({"sms": settings.SMS_HTTP_URL, "voice": settings.VOICE_HTTP_URL}[kind])


def address(route: str, token: str) -> str:
    """Name one of our doors; the token makes it this message's own."""
    return f"{settings.SITE_URL}{reverse(route, args=[token])}"


def post(kind: str, body: Mapping[str, Any], *, token: str) -> str:
    """Hand something over; this will return the gateway's id of it.

    Raises channels.TemporaryFailure or PermanentFailure.
    """
    whole = {
        **body,
        "from": settings.PHONE_HTTP_FROM,
        "token": token,
        "status": address("gateway_status", token),
    }
    status, answer = _ask("POST", kind, json=whole)
    if status == 422:
        raise _refused(answer)
    if not 200 <= status < 300 or not answer.get("id"):
        raise channels.TemporaryFailure(_unavailable(f"HTTP {status}"))
    return str(answer["id"])


def find(kind: str, token: str) -> str | None:
    """Ask for what was taken under a token; None when nothing was.

    Raises channels.TemporaryFailure when the gateway does not say.
    """
    status, answer = _ask("GET", kind, params={"token": token})
    if status == 404:
        return None
    if status != 200 or not answer.get("id"):
        raise channels.TemporaryFailure(_unavailable(f"HTTP {status}"))
    return str(answer["id"])


def _ask(method: str, kind: str, **options: Any) -> Answer:
    try:
        with _session().request(
            method,
            url_of(kind),
            headers={"Authorization": f"Bearer {settings.PHONE_HTTP_TOKEN}"},
            timeout=(CONNECT_SECONDS, settings.PROVIDER_TIMEOUT),
            allow_redirects=False,
            stream=True,
            **options,
        ) as response:
            return response.status_code, _read(response)
    except (requests.RequestException, OSError) as error:
        # Its words would carry the address of the request.
        name = type(error).__name__
        raise channels.TemporaryFailure(_unavailable(name)) from error


@functools.cache
def _session() -> requests.Session:
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, deadlines.Adapter(pool_maxsize=SENDERS))
    return session


def _read(response: requests.Response) -> dict[str, Any]:
    """Read a small answer; what is no object counts as an empty one."""
    content = b""
    for part in response.iter_content(4096):
        content += part
        if len(content) > LONGEST_ANSWER:
            words = _("its answer was too long")
            raise channels.TemporaryFailure(_unavailable(words))
    try:
        answer = json.loads(content)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _refused(answer: Mapping[str, Any]) -> channels.PermanentFailure:
    """Read a refusal that is about the number; an unknown reason counts as such."""
    reason = one_line(str(answer.get("error", "")))
    kind = REFUSALS.get(reason, channels.PermanentFailure)
    words = shortened(one_line(str(answer.get("message") or reason or "422")), 200)
    return kind(_("The gateway refused the number: %(words)s") % {"words": words})


def _unavailable(said: str) -> str:
    return _("The gateway could not take it now: %(said)s") % {"said": said}
