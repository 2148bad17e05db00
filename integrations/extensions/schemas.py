"""The kinds of extensions that there are; what delivers for one registers itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.utils.functional import Promise

from accounts.permissions import Actor
from incidents.models import Service
from integrations.models import Extension

# What of an incident's life an extension is told.
SEND_TYPES = (
    *("trigger", "acknowledge", "resolve", "delegate", "escalate"),
    *("unacknowledge", "assign"),
)


class Courier(Protocol):
    """Brings the news of an extension's services to its receiver."""

    def follow(
        self,
        extension: Extension,
        services: Sequence[Service],
        config: Mapping[str, Any] | None,
        *,
        actor: Actor,
        at: datetime,
    ) -> None:
        """Deliver to where the extension is now; without a config, as before.

        Raises webhooks.refusals.Refused for what it cannot deliver to.
        """

    def enable(self, extension: Extension, *, actor: Actor, at: datetime) -> None:
        """Deliver again to an extension that was disabled for a while."""

    def is_disabled(self, extension: Extension) -> bool:
        """Say whether nothing is delivered for a while, because nothing arrived."""

    def config(self, extension: Extension) -> dict[str, Any]:
        """Show what was configured, without a secret."""


@dataclass(frozen=True)
class Schema:
    """One kind of extension."""

    key: str
    # Stays for ever, for configurations of clients hold it.
    public_id: str
    label: str | Promise
    description: str | Promise
    # Nothing for what somebody must first allow by signing in at the other side.
    courier: Courier | None = None


_known: dict[str, Schema] = {}


def register(schema: Schema) -> None:
    """Offer a kind of extension; a later one of the same key takes its place."""
    _known[schema.key] = schema


def every() -> list[Schema]:
    """List the kinds by name."""
    return sorted(_known.values(), key=lambda schema: str(schema.label).lower())


def of(extension: Extension) -> Schema:
    """Return the kind of an extension."""
    return _known[extension.schema]


def find(public_id: str) -> Schema | None:
    """Find a kind by its id."""
    return next((each for each in every() if each.public_id == public_id), None)
