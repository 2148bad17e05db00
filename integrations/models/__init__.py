"""Partners and their apps, connections, and the local outbox."""

from integrations.models.app import (
    AccessToken,
    App,
    Connection,
    Grant,
    IDToken,
    RefreshToken,
)
from integrations.models.outbox import OutboxMessage
from integrations.models.provider import ProviderState

__all__ = [
    "AccessToken",
    "App",
    "Connection",
    "Grant",
    "IDToken",
    "OutboxMessage",
    "ProviderState",
    "RefreshToken",
]
