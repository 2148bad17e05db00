"""Says whether Twilio has taken an attempt, as far as that can be known.

Twilio takes no id of ours. What it has told us in a callback, whose address carries
the token, is certain. A text can be looked for besides, by the link or the code in
it, which no other has. A call without a callback cannot be told from another one to
the same number, so it counts as not taken.
"""

from datetime import datetime, timedelta

from accounts import tenancy
from incidents import letters
from incidents.models import Notification
from integrations import borrowed
from integrations.twilio import client

# Their clock and ours.
SKEW = timedelta(seconds=60)


def find(kind: str, token: str, since: datetime) -> str | None:
    """Return Twilio's id of what was taken; None where nothing says so.

    Raises channels.TemporaryFailure.
    """
    with borrowed.connected(), tenancy.all_accounts():
        found = Notification.across_accounts.filter(token=token)
        row = found.select_related("contact_method").first()
    if row is None:
        return None
    if row.provider == "twilio" and row.provider_id:
        return row.provider_id
    return _text_of(row, since) if kind == "sms" else None


def _text_of(row: Notification, since: datetime) -> str | None:
    """Look for the text that carries what only this one carries."""
    mark = _mark(row)
    address = row.contact_method.address if row.contact_method else row.address
    if not mark or not address:
        return None
    for text in client.texts_to(address):
        at = text["created_at"]
        if mark in text["body"] and at is not None and at >= since - SKEW:
            return str(text["sid"])
    return None


def _mark(row: Notification) -> str:
    if row.incident_id is not None:
        return letters.responder_link(row)
    return str(row.content.get("code", ""))
