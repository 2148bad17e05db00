"""Proves that a request is Slack's, in every configuration."""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from slack_sdk.signature import Clock, SignatureVerifier

TIMESTAMP: Final = "X-Slack-Request-Timestamp"
SIGNATURE: Final = "X-Slack-Signature"


def is_signed(request: HttpRequest, body: bytes, *, at: datetime) -> bool:
    """Say whether Slack has signed the body within the last five minutes.

    Without a secret of ours nobody can have: an empty one is known to everybody.
    """
    timestamp = request.headers.get(TIMESTAMP, "")
    given = request.headers.get(SIGNATURE, "")
    if not settings.SLACK_SIGNING_SECRET or not given or not _is_number(timestamp):
        return False
    verifier = SignatureVerifier(settings.SLACK_SIGNING_SECRET, _Clock(at))
    try:
        return bool(verifier.is_valid(body, timestamp, given))
    except (UnicodeDecodeError, TypeError):
        # Neither a body nor a signature of Slack's.
        return False


class _Clock(Clock):
    """Tells the time that is given, to whoever compares with it."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> float:
        return self._at.timestamp()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 15
