"""The integrations app as Django sees it."""

from django.apps import AppConfig

from integrations import channels, extensions, inbound, webhooks


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        """Make channels, tools, kinds of extensions and webhooks known."""
        channels.load()
        inbound.load()
        extensions.load()
        webhooks.load()
