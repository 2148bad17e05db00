"""Twilio as a provider of texts and calls."""

from datetime import datetime

from django.conf import settings

from integrations.providers.protocol import Call
from integrations.twilio import client, ledger


class Twilio:
    """Texts and calls through Twilio, or its double in the local outbox."""

    name = "twilio"

    def takes(self, kind: str) -> bool:
        """Twilio carries both kinds, once it has credentials."""
        return bool(settings.TWILIO_ACCOUNT_SID)

    def text(self, address: str, body: str, *, token: str) -> str:
        """Send a text."""
        return client.text(address, body, token=token)

    def call(self, address: str, call: Call, *, token: str) -> str:
        """Call a number; what a key answers is fetched when somebody picks up."""
        # Words that wait for an answer may be old by then.
        spoken = "" if call.takes_keys else call.document
        return client.call(address, token=token, spoken=spoken)

    def find(self, kind: str, token: str, since: datetime) -> str | None:
        """Say what Twilio itself has told us of an attempt, or of a text can tell."""
        return ledger.find(kind, token, since)
