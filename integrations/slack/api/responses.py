"""Answers a press or a command at the address that Slack has sent for it."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from integrations.chat.rooms import Gone, Refused
from integrations.slack.api import failures
from integrations.slack.api.transport import Lost, post


def respond(response_url: str, payload: Mapping[str, Any]) -> None:
    """Answer where Slack let us for a press or a command: five times in half an hour.

    Raises Gone once that is over.
    """
    if not _is_slacks(response_url):
        raise Refused(_("That is no address of Slack."))
    seconds = settings.PROVIDER_TIMEOUT
    try:
        status, headers, body = post(response_url, seconds=seconds, json=dict(payload))
    except Lost as error:
        raise failures.unavailable(str(error), is_uncertain=error.is_sent) from None
    if status in (404, 410):
        raise Gone(_("Slack takes no more answers to this."))
    if status != 200:
        raise failures.of(status, _error(body), headers, posts=True)


def _error(body: str) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_slacks(url: str) -> bool:
    """Say whether an address is Slack's own, or that of what stands for it."""
    if url.startswith(f"{settings.SLACK_API_BASE}/"):
        return True
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    host = parts.hostname or ""
    return parts.scheme == "https" and host.endswith((".slack.com", ".slack-gov.com"))
