"""Asks a chat's server something within a deadline, and says in words how it failed.

Addresses of chats hold secrets, so none of this names one, and no failure carries the
client's own, which does.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import requests
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from urllib3 import Timeout
from urllib3.exceptions import NewConnectionError

from integrations import outgoing
from integrations.chat.rooms import Broken, Limited, Unavailable
from integrations.messages import one_line, shortened

# Threads share it.
SESSION: Final = outgoing.session()
TOO_MANY_REQUESTS, SERVER_ERROR = 429, 500
# What a chat may ask us to wait, whatever it says; and where it does not say.
SHORTEST_WAIT, LONGEST_WAIT = timedelta(milliseconds=100), timedelta(hours=1)
USUAL_WAIT = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered."""

    status: int
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def said(self) -> Any:
        """What it says as JSON; None where it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    @property
    def object(self) -> dict[str, Any]:
        """The same where an object is expected; anything else is an empty one."""
        said = self.said
        return said if isinstance(said, dict) else {}

    @property
    def list(self) -> list[dict[str, Any]]:
        """The same for a list of objects."""
        said = self.said
        found = said if isinstance(said, list) else []
        return [each for each in found if isinstance(each, dict)]


def ask(
    method: str,
    url: str,
    *,
    chat: str,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    seconds: float | None = None,
    session: requests.Session = SESSION,
) -> Answer:
    """Send a request, and read its answer; both together have so many seconds.

    Raises Unavailable, Limited, or Broken for an address that we do not call. Other
    answers are the caller's to judge.
    """
    answer = _asked(method, url, chat, body, headers, seconds, session)
    if answer.status == TOO_MANY_REQUESTS:
        is_wide = answer.object.get("global") is True
        raise Limited(limited(chat), retry_after=_wait(answer), is_wide=is_wide)
    if answer.status >= SERVER_ERROR:
        words = _("%(chat)s answered with an error of its own (%(status)d).")
        facts = {"chat": chat, "status": answer.status}
        raise Unavailable(words % facts, is_uncertain=True)
    return answer


def limited(chat: str) -> str:
    """Say that a chat asks us to wait."""
    return _("%(chat)s asks us to send more slowly.") % {"chat": chat}


def waiting(seconds: object) -> timedelta:
    """Read so many seconds, however they are written."""
    try:
        found = timedelta(seconds=float(str(seconds)))
    except (ValueError, OverflowError):
        return USUAL_WAIT
    return min(max(found, SHORTEST_WAIT), LONGEST_WAIT)


def quoted(text: object) -> str:
    """Make what a server said fit to stand in a sentence for people."""
    return shortened(one_line(str(text)), 120).rstrip(".")


def _asked(
    method: str,
    url: str,
    chat: str,
    body: Any,
    headers: Mapping[str, str] | None,
    seconds: float | None,
    session: requests.Session,
) -> Answer:
    timeout = Timeout(total=seconds or settings.PROVIDER_TIMEOUT)
    try:
        answer = session.request(
            method,
            url,
            data=None if body is None else encoded(body),
            headers={"Content-Type": "application/json", **(headers or {})},
            # For everything together, which a number is not.
            timeout=timeout,  # type: ignore[arg-type]
        )
    except outgoing.Refused as refusal:
        raise Broken(str(refusal)) from None
    except outgoing.TooLong as answer_:
        return Answer(answer_.status)
    except (requests.RequestException, ValueError) as error:
        raise _unreached(error, chat) from None
    text = answer.content.decode(errors="replace")
    return Answer(answer.status_code, text, answer.headers)


def encoded(body: Any) -> bytes:
    """Write a body as it is sent, by whose length the chats count."""
    return json.dumps(body, ensure_ascii=False).encode(errors="replace")


def _unreached(error: Exception, chat: str) -> Unavailable:
    """Say what happened, and whether it may have arrived all the same."""
    facts = {"chat": chat}
    if isinstance(error, requests.exceptions.SSLError):
        return Unavailable(_("No encrypted connection to %(chat)s was made.") % facts)
    if isinstance(error, requests.ConnectTimeout) or _is_new(error):
        return Unavailable(_("%(chat)s could not be reached.") % facts)
    if isinstance(error, requests.Timeout):
        words = _("%(chat)s did not answer in time.") % facts
        return Unavailable(words, is_uncertain=True)
    words = _("The connection to %(chat)s broke off.") % facts
    return Unavailable(words, is_uncertain=True)


def _is_new(error: Exception) -> bool:
    """Say whether no connection was made at all."""
    inner = error.args[0] if error.args else None
    return isinstance(getattr(inner, "reason", inner), NewConnectionError)


def _wait(answer: Answer) -> timedelta:
    """Read how long we are asked to wait: by the answer, which is more exact, or by
    its head, in seconds or until a date."""
    said = answer.object
    parameters = said.get("parameters")
    of_parameters = parameters if isinstance(parameters, dict) else {}
    for found in (said.get("retry_after"), of_parameters.get("retry_after")):
        if found is not None:
            return waiting(found)
    text = answer.headers.get("Retry-After", "")
    try:
        until = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return waiting(text)
    return waiting(_left(until).total_seconds())


def _left(until: datetime) -> timedelta:
    return (until if until.tzinfo else until.replace(tzinfo=UTC)) - timezone.now()
