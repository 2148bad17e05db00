"""Hands texts and calls to Twilio, or to the local outbox where it is not set up."""

import functools
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import HttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from accounts import channels
from integrations import deadlines, outbox
from integrations.messages import one_line, shortened
from integrations.refusals import RefusedHere, Unsubscribed
from integrations.twilio import signatures

HOME = "https://api.twilio.com"
LOCAL_SID = "AC" + "0" * 32
LOCAL_NUMBER = "+15005550006"
CONNECT_SECONDS = 3.0
SENDERS = 16
# Twilio's codes for a number that will never take it, whatever we do.
HOPELESS = {
    13223: "The number has a wrong format",
    13224: "The number is not valid",
    13225: "The number is blocked",
    21211: "The number is not valid",
    21214: "The number cannot be reached",
    21217: "The number is not valid",
    21421: "The number is not valid",
    21614: "The number cannot receive texts",
    21635: "The number is a landline",
}
# And those for what only this Twilio account may not do.
HERE = {
    21215: "Twilio's settings do not allow the number's country",
    21216: "Twilio may not call the number",
    21219: "The number is not verified with Twilio",
    21408: "Twilio's settings do not allow the number's country",
    21612: "Twilio cannot reach the number from ours",
}
STOPPED = 21610

# The package tells every request, and we log no numbers.
_logger = logging.getLogger("integrations.twilio.requests")
_logger.setLevel(logging.WARNING)


def text(address: str, body: str, *, token: str) -> str:
    """Send a text; this will return Twilio's id of it.

    Raises channels.TemporaryFailure or PermanentFailure, as `call` does.
    """
    with _failures():
        message = _client().messages.create(
            to=address,
            from_=number(),
            body=body,
            status_callback=_address("twilio_status", token),
        )
    return str(message.sid)


def call(address: str, *, token: str, spoken: str = "") -> str:
    """Call a number and speak; without words Twilio fetches them at the answer."""
    words = {"twiml": spoken} if spoken else {"url": _address("twilio_voice", token)}
    with _failures():
        made = _client().calls.create(
            to=address,
            from_=number(),
            timeout=settings.RING_SECONDS,
            status_callback=_address("twilio_status", token),
            # The first one says who has it, should its sender die before it knows.
            status_callback_event=["initiated", "completed"],
            **words,
        )
    return str(made.sid)


def texts_to(address: str) -> list[dict[str, Any]]:
    """List the newest texts to a number, as Twilio shows them.

    Raises channels.TemporaryFailure.
    """
    with _failures():
        found = _client().messages.list(to=address, limit=20)
    return [
        {"sid": str(m.sid), "body": str(m.body), "created_at": m.date_created}
        for m in found
    ]


def number() -> str:
    """Return the number that texts and calls come from."""
    return settings.TWILIO_FROM or LOCAL_NUMBER


class Redirected(TwilioHttpClient):  # type: ignore[misc]
    """Talks to TWILIO_API_BASE, a proxy or a double, in place of Twilio."""

    def __init__(self, base: str, seconds: float) -> None:
        super().__init__(logger=_logger)
        self.timeout = (CONNECT_SECONDS, seconds)
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, deadlines.Adapter(pool_maxsize=SENDERS))
        self.base = base.rstrip("/")

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """Send a request; this will put the base in place of Twilio's own."""
        return super().request(method, self.base + url[len(HOME) :], *args, **kwargs)


def _client() -> Client:
    if not (settings.TWILIO_ACCOUNT_SID or settings.EMBEDDED):
        # A message that nobody will ever see must not count as sent.
        raise channels.PermanentFailure(
            _("Texts and calls are not set up on this installation.")
        )
    return _client_for(
        settings.TWILIO_ACCOUNT_SID or LOCAL_SID,
        signatures.secret(),
        settings.TWILIO_API_BASE if settings.TWILIO_ACCOUNT_SID else "",
        settings.PROVIDER_TIMEOUT,
    )


@functools.lru_cache(maxsize=4)
def _client_for(sid: str, secret: str, base: str, seconds: float) -> Client:
    is_local = sid == LOCAL_SID
    transport: HttpClient = (
        outbox.TwilioClient() if is_local else Redirected(base or HOME, seconds)
    )
    return Client(sid, secret, http_client=transport)


def _address(route: str, token: str) -> str:
    return f"{settings.SITE_URL}{reverse(route, args=[token])}"


@contextmanager
def _failures() -> Iterator[None]:
    """Sort what goes wrong: for good with this number, or for now."""
    try:
        yield
    except TwilioRestException as refusal:
        if refusal.code == STOPPED:
            words = f"The person has answered STOP ({STOPPED})."
            raise Unsubscribed(words) from refusal
        if refusal.code in HOPELESS:
            words = f"{HOPELESS[refusal.code]} ({refusal.code})."
            raise channels.PermanentFailure(words) from refusal
        if refusal.code in HERE:
            words = f"{HERE[refusal.code]} ({refusal.code})."
            raise RefusedHere(words) from refusal
        raise channels.TemporaryFailure(_unavailable(refusal)) from refusal
    except (TwilioException, OSError) as error:
        raise channels.TemporaryFailure(_unavailable(error)) from error


def _unavailable(error: Exception) -> str:
    if isinstance(error, TwilioRestException):
        said = f"{error.status} {error.code or ''} {error.msg}"
    else:
        # Its words would carry the address of the request.
        said = type(error).__name__
    return _("Twilio could not take it now: %(said)s") % {
        "said": shortened(one_line(said), 200)
    }
