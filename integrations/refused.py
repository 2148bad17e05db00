"""Remembers why a message was refused, for the page of the integration it was for."""

import re
from datetime import datetime
from typing import Final

from incidents import integration_keys, payloads
from incidents.models import Payload
from integrations import posted
from integrations.inbound import event
from integrations.throttle import events as throttle

# In what is no JSON, or too much of it, the key can be seen still.
_KEY: Final = re.compile(rb'"(?:routing_key|service_key)"\s*:\s*"([0-9a-zA-Z]{32})"')


def note(refusal: posted.Refusal, at: datetime) -> None:
    """Keep the reason where the key says whose message it was.

    Refusals count as messages: who sends too many of them is not kept book of.
    """
    key = refusal.key or _key_in(refusal.head)
    if not refusal.why or not key or throttle.wait(key, at):
        return
    integration = integration_keys.find(key, at)
    if integration is None:
        return
    account = integration.account
    throttle.learn(key, account.pk, account.events_per_minute)
    payloads.note(
        integration,
        event.bounded(refusal.sent, payloads.LONGEST),
        Payload.Outcome.REFUSED,
        at=at,
        reason=refusal.why,
    )


def _key_in(head: bytes) -> str:
    found = _KEY.search(head)
    return found[1].decode() if found else ""
