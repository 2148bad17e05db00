"""Text messages: one each, in plain characters, with codes to answer with."""

from django.utils.translation import gettext_noop

from accounts import channels
from integrations import gsm
from integrations.messages import one_line, render
from integrations.twilio import client


class SMS:
    """Sends texts through Twilio."""

    kind = "sms"
    label = gettext_noop("Text message")
    is_phone = True

    def send(self, address: str, message: channels.Message) -> str:
        """Hand the text to the provider; this will return the provider's id.

        Raises TemporaryFailure or PermanentFailure.
        """
        return client.text(address, compose(message), token=message.token)


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
        case channels.Page():
            return one_line(message.title)
        case channels.Notice():
            return one_line(" ".join([f"{message.subject}.", *message.lines]))
    return one_line(message.account)


channels.register(SMS())
