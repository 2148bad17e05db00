"""The phones of the local outbox: texts are answered and calls are taken there."""

import secrets

from django.urls import reverse

from integrations.models import OutboxMessage
from integrations.twilio import loopback

Kind = OutboxMessage.Kind


def text_back(text: OutboxMessage, body: str) -> None:
    """Answer a text as its receiver; this will keep both what is said and the reply."""
    _keep(text, Kind.SMS, body, is_reply=True)
    answer = loopback.post(
        reverse("twilio_sms"),
        {
            "MessageSid": "SM" + secrets.token_hex(16),
            "From": text.recipient,
            "To": text.sender,
            "Body": body,
        },
    )
    _keep(text, Kind.SMS, loopback.words_of(answer))


def pick_up(call: OutboxMessage) -> None:
    """Take a call; this will keep what is heard."""
    document = call.parameters["twiml"] or loopback.post(
        loopback.path_of(call.parameters["url"]), {"CallSid": call.parameters["sid"]}
    )
    _hear(call, document)


def press(call: OutboxMessage, action: str, key: str) -> None:
    """Press a key during a call; this will keep the key, and what is heard then."""
    _keep(call, Kind.CALL, key, is_reply=True)
    parameters = {"CallSid": call.parameters["sid"], "Digits": key}
    _hear(call, loopback.post(loopback.path_of(action), parameters))


def hang_up(call: OutboxMessage) -> None:
    """End a call, so that it counts as delivered."""
    loopback.post(
        reverse("twilio_status", args=[call.parameters["token"]]),
        {"CallSid": call.parameters["sid"], "CallStatus": "completed"},
    )
    _keep(call, Kind.CALL, "", is_reply=True)


def _hear(call: OutboxMessage, document: str) -> None:
    action = loopback.keys_of(document)
    _keep(call, Kind.CALL, loopback.words_of(document), action=action)
    if not action:
        hang_up(call)


def _keep(
    message: OutboxMessage,
    kind: str,
    words: str,
    *,
    is_reply: bool = False,
    action: str = "",
) -> None:
    parties = (message.sender, message.recipient)
    sender, recipient = reversed(parties) if is_reply else parties
    OutboxMessage.objects.create(
        kind=kind,
        is_reply=is_reply,
        sender=sender,
        recipient=recipient,
        text=words,
        parameters={
            "token": message.parameters["token"],
            "of": message.parameters.get("of") or message.parameters["sid"],
            "action": action,
        },
    )
