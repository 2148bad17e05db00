"""Pushes to browsers that people have chosen for it, by the web's own protocol."""

import functools
import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pywebpush import WebPushException, webpush

from accounts import channels
from integrations import outgoing
from integrations.push import keys, payload

# The subscription is over: the person took the permission back, or a new one is.
GONE = {404, 410}
TOO_MANY = 429


class Push:
    """Sends to the push service that the browser has named."""

    kind = "push"
    label = gettext_noop("Push")
    is_phone = False
    is_typed = False
    is_companion = False

    def send(self, address: str, message: channels.Message) -> channels.Sent:
        """Hand the push to the push service; this will return its address of it.

        Raises TemporaryFailure, PermanentFailure, or AddressGone when the browser
        does not take pushes any more.
        """
        if not keys.is_there():
            raise channels.PermanentFailure(
                _("This installation has no key for pushes (VAPID_PRIVATE_KEY).")
            )
        answer = _post(_subscription(address), payload.compose(message))
        return channels.Sent(answer.headers.get("Location") or message.token, "push")


def _subscription(address: str) -> dict[str, Any]:
    """Read what `PushSubscription.destination` wrote. Raises AddressGone."""
    try:
        found = json.loads(address)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise channels.AddressGone(_("This browser is not subscribed any more."))
    return found


def _post(subscription: dict[str, Any], push: payload.Push) -> requests.Response:
    try:
        answer: requests.Response = webpush(
            subscription,
            json.dumps(push.content, ensure_ascii=False),
            vapid_private_key=keys.vapid(),
            vapid_claims={"sub": settings.VAPID_SUBJECT},
            ttl=int(push.ttl.total_seconds()),
            headers=push.headers,
            timeout=settings.PROVIDER_TIMEOUT,
            requests_session=_client(),
        )
        return answer
    except WebPushException as error:
        raise _failure(error) from error
    except outgoing.Refused as refusal:
        raise channels.PermanentFailure(str(refusal)) from refusal
    except (requests.RequestException, outgoing.TooLong) as error:
        raise channels.TemporaryFailure(
            _("The push service could not be reached now.")
        ) from error
    except ValueError as error:
        raise channels.PermanentFailure(
            _("The browser's keys are damaged. Remove it and add it again.")
        ) from error


def _failure(error: WebPushException) -> Exception:
    """Sort a push service's answer."""
    status = error.status_code or 0
    if status in GONE:
        return channels.AddressGone(_("This browser does not take pushes any more."))
    words = _("The push service refused it (%d).") % status
    if status == TOO_MANY or status >= 500 or status == 0:
        return channels.TemporaryFailure(words, retry_after=_pause(error.retry_after))
    return channels.PermanentFailure(words)


def _pause(header: str | None) -> timedelta | None:
    """Read Retry-After: seconds, or a date."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return timedelta(seconds=min(int(header), 86400))
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(until.astimezone(UTC) - datetime.now(UTC), timedelta())


@functools.cache
def _client() -> requests.Session:
    """The client of all senders: it keeps connections for the next push."""
    return outgoing.session()


channels.register(Push())
