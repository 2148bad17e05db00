"""The local outbox: takes what would leave the installation, were a provider set."""

from collections.abc import Sequence
from email.utils import parseaddr

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection

from integrations.models import OutboxMessage


class EmailBackend(BaseEmailBackend):
    """Keeps each mail as an OutboxMessage for each of its receivers."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the mails; this will return how many there were."""
        for mail in email_messages:
            for address in mail.recipients():
                _keep_mail(mail, parseaddr(address)[1])
        return len(email_messages)


def keep(message: OutboxMessage) -> OutboxMessage:
    """Save a message, in a sender's thread too; this will let its connection go."""
    message.save()
    if not connection.in_atomic_block:
        # The threads that send hold no connection that somebody would close.
        connection.close()
    return message


def _keep_mail(mail: EmailMessage, address: str) -> None:
    headers = {name: str(value) for name, value in mail.extra_headers.items()}
    token = headers.get("Message-ID", "").strip("<>").partition("@")[0]
    keep(
        OutboxMessage(
            kind=OutboxMessage.Kind.EMAIL,
            sender=parseaddr(mail.from_email)[1],
            recipient=address,
            subject=str(mail.subject)[:500],
            text=str(mail.body),
            html=_html(mail),
            headers=headers,
            parameters={"token": token},
        )
    )


def _html(mail: EmailMessage) -> str:
    if isinstance(mail, EmailMultiAlternatives):
        for content, kind in mail.alternatives:
            if kind == "text/html":
                return str(content)
    return ""
