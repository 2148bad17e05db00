"""The app as Django sees it; it loads what other apps add to new accounts."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        """Load each app's `defaults` (rows of a new account), `checklist`, `checks`."""
        autodiscover_modules("defaults", "checklist", "checks")
