"""The integrations app as Django sees it."""

from django.apps import AppConfig

from integrations import channels, chat, extensions, inbound, slack, webhooks


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        """Make channels, tools, kinds of extensions, webhooks and chats known."""
        channels.load()
        inbound.load()
        extensions.load()
        webhooks.load()
        chat.load()
        slack.load()
