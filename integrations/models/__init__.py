"""Partners and their apps, connections, and the local outbox."""

from integrations.models.app import (
    AccessToken,
    App,
    Connection,
    Delegation,
    Grant,
    IDToken,
    RefreshToken,
)
from integrations.models.app_record import AppCall, AppSecret
from integrations.models.chat import (
    ChatLine,
    ChatMessage,
    ChatRequest,
    ChatUser,
    Room,
)
from integrations.models.extension import ExtendedService, Extension
from integrations.models.incident_channel import IncidentChannel
from integrations.models.on_call_mirror import OnCallMirror
from integrations.models.outbox import OutboxMessage
from integrations.models.provider import ProviderState
from integrations.models.slack import SlackWorkspace
from integrations.models.webhook import (
    WebhookDelivery,
    WebhookSecret,
    WebhookSubscription,
)

__all__ = [
    "AccessToken",
    "App",
    "AppCall",
    "AppSecret",
    "ChatLine",
    "ChatMessage",
    "ChatRequest",
    "ChatUser",
    "Connection",
    "Delegation",
    "ExtendedService",
    "Extension",
    "Grant",
    "IDToken",
    "IncidentChannel",
    "OnCallMirror",
    "OutboxMessage",
    "ProviderState",
    "RefreshToken",
    "Room",
    "SlackWorkspace",
    "WebhookDelivery",
    "WebhookSecret",
    "WebhookSubscription",
]
