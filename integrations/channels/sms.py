"""Text messages: one each, in plain characters, with codes to answer with."""

from datetime import datetime

from django.utils.translation import gettext_noop

from accounts import channels, tolls
from integrations import gsm, switches
from integrations.messages import one_line, render
from integrations.providers import failover
from integrations.refusals import Unsubscribed


class SMS:
    """Sends texts through the first provider that takes them."""

    kind = "sms"
    label = gettext_noop("Text message")
    is_phone = True
    is_typed = True
    is_companion = False

    def send(self, address: str, message: channels.Message) -> channels.Sent:
        """Hand the text to the provider; this will return the provider's id.

        Raises TemporaryFailure or PermanentFailure.
        """
        body, token = compose(message), message.token
        tolls.check_message(address, message)
        try:
            return failover.hand_over(
                self.kind, lambda provider: provider.text(address, body, token=token)
            )
        except Unsubscribed:
            # Nobody asks a number again that does not want to be texted.
            switches.stop(address)
            raise

    def find(self, token: str, since: datetime) -> channels.Sent | None:
        """Ask the providers whether they have taken an attempt."""
        return failover.find(self.kind, token, since)


def compose(message: channels.Message) -> str:
    """Write at most 160 characters: what people wrote is cut, codes and link never."""
    link = getattr(message, "link", "")
    if _room(message, link) < 0:
        # An address so long that it alone fills the text; the codes go without it.
        link = ""
    text = gsm.fitted(gsm.plain(_text(message)).rstrip("."), _room(message, link))
    return _rendered(message, text=text, link=link)


def _room(message: channels.Message, link: str) -> int:
    return gsm.LONGEST - gsm.length(_rendered(message, text="", link=link))


def _rendered(message: channels.Message, *, text: str, link: str) -> str:
    stop = "" if text.endswith("...") else "."
    return gsm.plain(render(message, "sms", text=text, stop=stop, link=link))


def _text(message: channels.Message) -> str:
    match message:
        case channels.Page() | channels.Request():
            return one_line(message.title)
        case channels.Notice():
            return one_line(" ".join([f"{message.subject}.", *message.lines]))
    return one_line(message.account)


channels.register(SMS())
