"""Webhooks: events told to addresses that accounts name."""

from importlib import import_module


def load() -> None:
    """Make webhooks known to the outbox."""
    import_module(f"{__name__}.telling")
