"""Prints a fresh key that signs id tokens, alone on the last line."""

from typing import Any

from django.core.management.base import BaseCommand

from oncall.embedded import folders


class Command(BaseCommand):
    """`create_oidc_key`."""

    help = "Make a key that signs id tokens; the last line is a value for OIDC_KEYS."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it; this will keep it nowhere."""
        self.stdout.write("Put it first in OIDC_KEYS; keep the old ones for a day.")
        self.stdout.write(folders.new_oidc_key())
