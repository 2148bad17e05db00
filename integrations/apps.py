"""The integrations app as Django sees it."""

from django.apps import AppConfig

from integrations import channels


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        """Make every channel known."""
        channels.load()
