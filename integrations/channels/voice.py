"""Calls: what is wrong is spoken, and a key answers it."""

from django.utils.translation import gettext_noop

from accounts import channels
from integrations.messages import render
from integrations.twilio import client


class Voice:
    """Calls through Twilio."""

    kind = "voice"
    label = gettext_noop("Phone call")
    is_phone = True

    def send(self, address: str, message: channels.Message) -> str:
        """Have the number called; this will return the provider's id of the call.

        Raises TemporaryFailure or PermanentFailure.
        """
        if isinstance(message, channels.Page):
            # Its words are fetched when somebody answers: they may be old by then.
            return client.call(address, token=message.token)
        return client.call(address, token=message.token, spoken=render(message, "xml"))


channels.register(Voice())
