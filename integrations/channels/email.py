"""E-mail: text and HTML that say the same, over a connection kept for a burst."""

import hashlib
import smtplib
import threading
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import channels
from integrations.messages import PRODUCT, STATUSES, one_line, render, shortened

SUBJECT_LENGTH = 150


class Email:
    """Sends by SMTP, or by whatever backend EMAIL_URL names."""

    kind = "email"
    label = gettext_noop("E-mail")
    is_phone = False

    def send(self, address: str, message: channels.Message) -> str:
        """Hand the mail to the server; this will return its Message-ID.

        Raises TemporaryFailure or PermanentFailure.
        """
        try:
            validate_email(address)
            mail = compose(address, message)
            _line.send(mail)
        except smtplib.SMTPRecipientsRefused as refusal:
            raise _refused(refusal) from refusal
        except smtplib.SMTPDataError as refusal:
            raise _failure(refusal.smtp_code, refusal.smtp_error) from refusal
        except OSError as error:
            raise channels.TemporaryFailure(_unreachable(error)) from error
        except (ValidationError, ValueError) as error:
            raise channels.PermanentFailure(
                _("This is not an e-mail address that mail can be sent to.")
            ) from error
        return str(mail.extra_headers["Message-ID"])


def compose(address: str, message: channels.Message) -> EmailMultiAlternatives:
    """Write the mail."""
    mail = EmailMultiAlternatives(
        subject=shortened(one_line(_subject(message)), SUBJECT_LENGTH),
        body=render(message, "txt") + "\n",
        to=[address],
        headers=_headers(message),
    )
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


def _server() -> tuple[object, ...]:
    return settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT


def _subject(message: channels.Message) -> str:
    match message:
        case channels.Page():
            status = STATUSES.get(message.status, message.status)
            subject = f"[#{message.number} {status}] {message.title}"
            if message.others:
                subject = _("%(subject)s (and %(count)d more)") % {
                    "subject": shortened(one_line(subject), SUBJECT_LENGTH - 20),
                    "count": len(message.others),
                }
            return subject
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
    if isinstance(message, channels.Page):
        # All mails about one incident answer a mail that never was: one thread.
        key = f"{message.account}\n{message.number}".encode()
        thread = f"<{hashlib.sha256(key).hexdigest()[:32]}.incident@{domain}>"
        headers |= {"References": thread, "In-Reply-To": thread}
        if message.urgency == "high":
            headers["Importance"] = "high"
    return headers


def _refused(refusal: smtplib.SMTPRecipientsRefused) -> Exception:
    ((code, words), *_others) = refusal.recipients.values()
    return _failure(code, words)


def _failure(code: int, words: bytes | str) -> Exception:
    """Sort a mail server's answer: 5xx is about this address or message, for good."""
    said = words.decode(errors="replace") if isinstance(words, bytes) else words
    text = _("The mail server refused it: %(code)d %(words)s") % {
        "code": code,
        "words": shortened(one_line(said), 200),
    }
    if 500 <= code < 600:
        return channels.PermanentFailure(text)
    return channels.TemporaryFailure(text)


def _unreachable(error: OSError) -> str:
    return _("The mail server could not be used now: %(error)s") % {
        "error": shortened(one_line(str(error)) or type(error).__name__, 200)
    }


channels.register(Email())
