"""A gateway behind plain HTTP as a provider of texts and calls."""

from datetime import datetime

from django.conf import settings

from integrations.gateway import client
from integrations.providers.protocol import Call
from integrations.twilio import loopback


class Gateway:
    """Texts and calls through whatever SMS_HTTP_URL and VOICE_HTTP_URL name."""

    name = "gateway"

    def takes(self, kind: str) -> bool:
        """Say whether there is an address for this kind."""
        return bool(client.url_of(kind))

    def text(self, address: str, body: str, *, token: str) -> str:
        """Send a text."""
        return client.post("sms", {"to": address, "text": body}, token=token)

    def call(self, address: str, call: Call, *, token: str) -> str:
        """Have words spoken; keys come back to our own address."""
        body = {
            "to": address,
            "say": loopback.words_of(call.document),
            "ring_seconds": settings.RING_SECONDS,
        }
        if call.takes_keys:
            body["keys"] = client.address("gateway_keys", token)
        return client.post("voice", body, token=token)

    def find(self, kind: str, token: str, since: datetime) -> str | None:
        """Ask the gateway for what it has taken under this token."""
        return client.find(kind, token)
