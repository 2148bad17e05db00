"""Prints a fresh key for pushes to browsers, alone on the last line."""

from typing import Any

from django.core.management.base import BaseCommand

from oncall.embedded import folders


class Command(BaseCommand):
    """`create_vapid_key`."""

    help = "Make a key for pushes; the last line is the value of VAPID_PRIVATE_KEY."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it; this will keep it nowhere."""
        self.stdout.write("Keep it: with another one every browser is added anew.")
        self.stdout.write(folders.new_vapid_key())
