"""Sorts a mail server's and a mail provider's no: for good, or for now."""

import smtplib

from anymail.exceptions import AnymailError, AnymailRecipientsRefused
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from accounts import channels
from integrations.messages import one_line, shortened

# What a provider answers when the message or its receiver is at fault. Other answers
# of this kind are about our credentials or our budget, which somebody can repair.
HOPELESS = {400, 413, 422}
TAKEN = {"queued", "sent"}
FAILURES = (AnymailError, smtplib.SMTPException, OSError, ValidationError, ValueError)


def check(mail: EmailMessage) -> None:
    """Raise AnymailError for a mail of which its provider does not say it took it."""
    status = getattr(mail, "anymail_status", None)
    if status is not None and not TAKEN & set(status.status or ()):
        raise AnymailError("not taken")


def sorted_out(error: Exception) -> Exception:
    """Return the TemporaryFailure or PermanentFailure that an error stands for."""
    match error:
        case AnymailRecipientsRefused():
            words = _("The mail provider does not send to this address.")
            return channels.PermanentFailure(words)
        case AnymailError():
            return _of_provider(error)
        case smtplib.SMTPRecipientsRefused():
            ((code, said), *_others) = error.recipients.values()
            return _of_server(code, said)
        case smtplib.SMTPDataError():
            return _of_server(error.smtp_code, error.smtp_error)
        case OSError():
            return channels.TemporaryFailure(_unreachable(error))
    return channels.PermanentFailure(
        _("This is not an e-mail address that mail can be sent to.")
    )


def _of_provider(error: AnymailError) -> Exception:
    status = error.status_code
    said = f"HTTP {status}" if status else type(error.__cause__ or error).__name__
    words = _("The mail provider did not take it: %(said)s") % {"said": said}
    if status in HOPELESS:
        return channels.PermanentFailure(words)
    return channels.TemporaryFailure(words)


def _of_server(code: int, words: bytes | str) -> Exception:
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
