"""The incidents app as Django sees it."""

from importlib import import_module

from django.apps import AppConfig

from accounts import channels


class IncidentsConfig(AppConfig):
    name = "incidents"

    def ready(self) -> None:
        """Take over what the accounts app wants delivered."""
        # Models can only be imported once every app is there.
        channels.register_courier(import_module("incidents.notifications").post)
