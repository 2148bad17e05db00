"""Posts one webhook to its receiver, and says what came of it."""

import logging
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Final

import requests
from django.utils.translation import gettext as _
from urllib3 import Timeout

from accounts import sealing
from integrations import outgoing
from integrations.webhooks import signatures
from integrations.webhooks.leases import Leased

logger = logging.getLogger(__name__)

# A receiver has so long, from the connection to the end of its answer.
SECONDS: Final = 5.0
# So much of an answer is kept for people to look at.
KEPT_ANSWER: Final = 1024
# The reason of OpenSSL for a certificate that was good once.
CERTIFICATE_HAS_EXPIRED: Final = 10
TOO_MANY_REQUESTS, SERVER_ERROR = 429, 500

# Threads share it.
SESSION: Final = outgoing.session()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: delivered where there is no error."""

    error: str = ""
    # It will not be better another time.
    is_final: bool = False
    status: int | None = None
    answer: str = ""
    retry_after: timedelta | None = None
    took: timedelta = timedelta()


def post(
    leased: Leased, *, at: datetime, session: requests.Session = SESSION
) -> Outcome:
    """Send it; this will never raise."""
    started = monotonic()
    try:
        found = _post(leased, at, session)
    except Exception:
        logger.exception("Could not send webhook %s", leased.delivery.pk)
        found = Outcome(error=_("We failed ourselves; it is tried again."))
    took = timedelta(seconds=monotonic() - started)
    return Outcome(
        error=found.error,
        is_final=found.is_final,
        status=found.status,
        answer=found.answer,
        retry_after=found.retry_after,
        took=took,
    )


def _post(leased: Leased, at: datetime, session: requests.Session) -> Outcome:
    body = leased.delivery.body.encode()
    try:
        answer = session.post(
            leased.subscription.url,
            data=body,
            headers=_headers(leased, body),
            # For everything together, which a number is not.
            timeout=Timeout(total=SECONDS),  # type: ignore[arg-type]
        )
    except outgoing.Refused as refusal:
        return Outcome(error=str(refusal), is_final=True)
    except outgoing.TooLong as answer_:
        return _judged(answer_.status)
    except requests.exceptions.SSLError as error:
        return _of_tls(error)
    except requests.Timeout:
        return Outcome(error=_("The receiver did not answer within 5 seconds."))
    except requests.ConnectionError as error:
        return Outcome(error=_unreached(error))
    except (requests.RequestException, ValueError):
        # What cannot be said in HTTP, such as an address that leads nowhere.
        return Outcome(error=_("The receiver did not speak HTTP."))
    kept = answer.content[:KEPT_ANSWER].decode(errors="replace").replace("\x00", "")
    return _judged(answer.status_code, kept, answer.headers.get("Retry-After"), at)


def _headers(leased: Leased, body: bytes) -> dict[str, str]:
    secrets = [sealing.unseal(secret.sealed) for secret in leased.secrets]
    return {
        **{header["name"]: header["value"] for header in leased.subscription.headers},
        **signatures.headers(
            body,
            secrets,
            webhook_id=leased.delivery.public_id,
            subscription_id=leased.subscription.public_id,
        ),
    }


def _judged(
    status: int, answer: str = "", wait: str | None = None, at: datetime | None = None
) -> Outcome:
    if 200 <= status < 300:
        return Outcome(status=status, answer=answer)
    is_final = status < SERVER_ERROR and status != TOO_MANY_REQUESTS
    return Outcome(
        error=_("The receiver answered %(status)d.") % {"status": status},
        is_final=is_final,
        status=status,
        answer=answer,
        retry_after=_wait(wait, at) if wait and at else None,
    )


def _wait(text: str, at: datetime) -> timedelta | None:
    """Read how long a receiver wants to be left alone: seconds, or a date."""
    if text.strip().isdecimal():
        return timedelta(seconds=min(int(text.strip()[:9]), 10**8))
    try:
        until = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return (until if until.tzinfo else until.replace(tzinfo=UTC)) - at


def _of_tls(error: requests.exceptions.SSLError) -> Outcome:
    """Give up at once, unless a certificate has only just to be renewed."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            if cause.verify_code == CERTIFICATE_HAS_EXPIRED:
                return Outcome(error=_("The receiver's certificate has expired."))
            words = _("The receiver's certificate is not to be trusted: %(why)s.")
            why = {"why": cause.verify_message[:100]}
            return Outcome(error=words % why, is_final=True)
    words = _("No encrypted connection to the receiver could be made.")
    return Outcome(error=words, is_final=True)


def _unreached(error: requests.ConnectionError) -> str:
    if any("Refused" in type(cause).__name__ for cause in _causes(error)):
        return _("The receiver refused the connection.")
    return _("The receiver could not be reached.")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and those inside of it, however they are wrapped."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        inner = [current.__cause__, current.__context__, *current.args]
        inner.append(getattr(current, "reason", None))
        waiting += [each for each in inner if isinstance(each, BaseException)]
