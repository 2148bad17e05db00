"""E-mail: text and HTML that say the same, over a connection kept for a burst."""

import hashlib
import smtplib
import threading
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import channels
from integrations.mail import failures
from integrations.messages import PRODUCT, STATUSES, one_line, render, shortened
from integrations.providers import standing

SUBJECT_LENGTH = 150


class Email:
    """Sends by SMTP, or by whatever backend EMAIL_URL names."""

    kind = "email"
    label = gettext_noop("E-mail")
    is_phone = False
    is_typed = True
    is_companion = False

    def send(self, address: str, message: channels.Message) -> channels.Sent:
        """Hand the mail to the server; this will return the id by which it is known.

        Raises TemporaryFailure or PermanentFailure.
        """
        try:
            validate_email(address)
            mail = compose(address, message)
            _line.send(mail)
            failures.check(mail)
        except failures.FAILURES as error:
            failure = failures.sorted_out(error)
            if isinstance(failure, channels.TemporaryFailure):
                standing.failed(_provider(), self.kind, str(failure))
            raise failure from error
        standing.succeeded(_provider(), self.kind)
        return channels.Sent(_id_of(mail), _provider())


def compose(address: str, message: channels.Message) -> EmailMultiAlternatives:
    """Write the mail."""
    mail = EmailMultiAlternatives(
        subject=shortened(one_line(_subject(message)), SUBJECT_LENGTH),
        body=render(message, "txt") + "\n",
        to=[address],
        headers=_headers(message),
    )
    # A provider keeps the token, and brings it back with what becomes of the mail.
    # It must not put its own addresses in place of ours.
    mail.metadata = {"token": message.token}  # type: ignore[attr-defined]
    mail.track_clicks = mail.track_opens = False  # type: ignore[attr-defined]
    mail.attach_alternative(render(message, "html"), "text/html")
    return mail


class _Connection:
    """An open connection to the mail server."""

    def __init__(self) -> None:
        self.server = _server()
        self.backend: BaseEmailBackend = get_connection()
        self.backend.open()

    @property
    def is_usable(self) -> bool:
        """Whether the server is still the one, and still there."""
        if self.server != _server():
            return False
        try:
            return (smtp := self._smtp) is None or smtp.noop()[0] == 250
        except OSError:
            return False

    @property
    def _smtp(self) -> smtplib.SMTP | None:
        smtp = getattr(self.backend, "connection", None)
        return smtp if isinstance(smtp, smtplib.SMTP) else None

    def __del__(self) -> None:
        # Without a farewell, for which a broken server would make us wait.
        if "backend" in vars(self) and (smtp := self._smtp) is not None:
            smtp.close()


class _Line(threading.local):
    """This thread's connection to the mail server: a storm of pages shares it."""

    connection: _Connection | None = None

    def send(self, mail: EmailMultiAlternatives) -> None:
        """Send one mail; this will open or replace the connection where needed."""
        if self.connection is None or not self.connection.is_usable:
            self.connection = _Connection()
        try:
            self.connection.backend.send_messages([mail])
        except Exception:
            # What the server thinks now is unknown, so the next mail begins anew.
            self.connection = None
            raise


_line = _Line()


def _provider() -> str:
    return settings.EMAIL_PROVIDER or "smtp"


def _id_of(mail: EmailMultiAlternatives) -> str:
    """Return the provider's id of a mail, or the Message-ID where it has none."""
    status = getattr(mail, "anymail_status", None)
    return str(getattr(status, "message_id", None) or mail.extra_headers["Message-ID"])


def _server() -> tuple[object, ...]:
    own = settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT
    return *own, settings.ANYMAIL


def _subject(message: channels.Message) -> str:
    match message:
        case channels.Page():
            status = STATUSES.get(message.status, message.status)
            subject = f"[#{message.number} {status}] {message.title}"
            if message.others:
                subject = _("%(subject)s (and %(count)d more)") % {
                    "subject": shortened(one_line(subject), SUBJECT_LENGTH - 20),
                    "count": message.more,
                }
            return subject
        case channels.Request():
            return _("[#%(number)s Help asked] %(requester)s: %(title)s") % {
                "number": message.number,
                "requester": message.requester,
                "title": message.title,
            }
        case channels.Code():
            return _("%(code)s is your code for %(product)s") % {
                "code": message.code,
                "product": PRODUCT,
            }
        case channels.Notice():
            return message.subject
    return _("Test message from %(product)s") % {"product": PRODUCT}


def _headers(message: channels.Message) -> dict[str, str]:
    domain = urlsplit(settings.SITE_URL).hostname or "localhost"
    headers = {
        "Message-ID": f"<{message.token}@{domain}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if isinstance(message, channels.Page | channels.Request):
        # All mails about one incident answer a mail that never was: one thread.
        key = f"{message.account}\n{message.number}".encode()
        thread = f"<{hashlib.sha256(key).hexdigest()[:32]}.incident@{domain}>"
        headers |= {"References": thread, "In-Reply-To": thread}
        if isinstance(message, channels.Request) or message.urgency == "high":
            headers["Importance"] = "high"
    return headers


channels.register(Email())
