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
from integrations.models.extension import ExtendedService, Extension
from integrations.models.outbox import OutboxMessage
from integrations.models.provider import ProviderState
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
    "Connection",
    "Delegation",
    "ExtendedService",
    "Extension",
    "Grant",
    "IDToken",
    "OutboxMessage",
    "ProviderState",
    "RefreshToken",
    "WebhookDelivery",
    "WebhookSecret",
    "WebhookSubscription",
]
