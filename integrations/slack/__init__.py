"""Slack: its doors, its messages, and what people do there."""

from importlib import import_module


def load() -> None:
    """Make the commands known that people type there, and what follows incidents."""
    import_module(f"{__name__}.commands").load()
    import_module(f"{__name__}.channels.channel_wishes")
