"""Chats: incidents shown in rooms, kept true there, and answered from there."""

from importlib import import_module


def load() -> None:
    """Make chats known to the outbox."""
    import_module(f"{__name__}.telling")
