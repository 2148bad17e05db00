"""Notes on a timeline when an incident's time ends, so that a lost timer comes back."""

from datetime import datetime

from incidents.models import Service

# What a verb's entry says, and which timeout of the service that is.
NOTED = {
    "trigger": ("resolves_at", "auto_resolve_timeout"),
    "reopen": ("resolves_at", "auto_resolve_timeout"),
    "acknowledge": ("until", "acknowledgement_timeout"),
}


def facts(verb: str, service: Service, *, at: datetime) -> dict[str, str]:
    """Say what the entry of a verb notes; nothing where the service has no timeout."""
    name, column = NOTED[verb]
    timeout = getattr(service, column)
    return {name: (at + timeout).isoformat()} if timeout else {}
