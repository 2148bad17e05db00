"""Calls: what is wrong is spoken, and a key answers it."""

from datetime import datetime

from django.utils.translation import gettext_noop

from accounts import channels, tolls
from integrations.messages import render
from integrations.providers import failover
from integrations.providers.protocol import Call


class Voice:
    """Calls through the first provider that takes it."""

    kind = "voice"
    label = gettext_noop("Phone call")
    is_phone = True
    is_typed = True
    is_companion = False

    def send(self, address: str, message: channels.Message) -> channels.Sent:
        """Have the number called; this will return the provider's id of the call.

        Raises TemporaryFailure or PermanentFailure.
        """
        takes_keys = isinstance(message, channels.Page | channels.Request)
        call, token = Call(render(message, "xml"), takes_keys), message.token
        tolls.check_message(address, message)
        return failover.hand_over(
            self.kind, lambda provider: provider.call(address, call, token=token)
        )

    def find(self, token: str, since: datetime) -> channels.Sent | None:
        """Ask the providers whether they have taken an attempt."""
        return failover.find(self.kind, token, since)


channels.register(Voice())
