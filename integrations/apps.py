"""The integrations app as Django sees it."""

from django.apps import AppConfig

from integrations import channels, inbound


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        """Make every channel and every tool known."""
        channels.load()
        inbound.load()
