"""The local outbox: takes what would leave the installation, were a provider set."""

import json
import logging
import secrets
from collections.abc import Mapping, Sequence
from email.utils import parseaddr
from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from twilio.http import HttpClient
from twilio.http.response import Response

from integrations.models import OutboxMessage


class EmailBackend(BaseEmailBackend):
    """Keeps each mail as an OutboxMessage for each of its receivers."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the mails; this will return how many there were."""
        for mail in email_messages:
            for address in mail.recipients():
                _keep_mail(mail, parseaddr(address)[1])
        return len(email_messages)


class TwilioClient(HttpClient):  # type: ignore[misc]
    """Answers like Twilio, and keeps each text and call as an OutboxMessage."""

    def __init__(self) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False)

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        **_kwargs: Any,
    ) -> Response:
        """Take a text or a call; this will answer with an id, as Twilio does."""
        data = data or {}
        is_call = url.endswith("/Calls.json")
        kind = OutboxMessage.Kind.CALL if is_call else OutboxMessage.Kind.SMS
        sid = ("CA" if is_call else "SM") + secrets.token_hex(16)
        keep(
            OutboxMessage(
                kind=kind,
                sender=data["From"],
                recipient=data["To"],
                text=data.get("Body", ""),
                parameters={
                    "sid": sid,
                    "token": data["StatusCallback"].rpartition("/")[2],
                    "url": data.get("Url", ""),
                    "twiml": data.get("Twiml", ""),
                },
            )
        )
        return Response(201, json.dumps({"sid": sid, "status": "queued"}))


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
