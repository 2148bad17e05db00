"""Makes the demo account and prints, as JSON on the last line, how to sign in."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from accounts import tenancy
from accounts.models import Account
from integrations.demo import account as demo
from integrations.demo import history

# Where a secret was told before and is kept nowhere.
TOLD = "shown when the demo account was made"


class Command(BaseCommand):
    """`load_demo [--reset-password]`."""

    help = "Make the demo account; the last line says as JSON how to sign in."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what can be asked for."""
        parser.add_argument(
            "--reset-password",
            action="store_true",
            help="give the people of the demo account one new password",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, or say that it is there already."""
        with tenancy.all_accounts():
            found = demo.find()
            if found is None:
                made = self._make()
            elif options["reset_password"]:
                made = _again(found, demo.reset_password(found))
            else:
                self._say("There is a demo account already; nothing was changed.")
                made = _again(found, "unchanged; load_demo --reset-password makes one")
        self.stdout.write(json.dumps(made))

    def _make(self) -> dict[str, str]:
        now = timezone.now()
        self._say("Making people, a schedule, policies and services ...")
        made = demo.make(now)
        self._say("Remembering what happened ...")
        count = history.tell(made.services, made.people, now)
        self._say(f"The demo account is ready, with {count} incidents of the past.")
        return {
            **_sign_in(made.account, made.password),
            "api_key": made.api_key,
            "integration_key": made.integration.key,
        }

    def _say(self, words: str) -> None:
        self.stderr.write(words)
        self.stderr.flush()


def _again(account: Account, password: str) -> dict[str, str]:
    integration = account.integrations.order_by("id").first()
    return {
        **_sign_in(account, password),
        "api_key": TOLD,
        "integration_key": integration.key if integration else "",
    }


def _sign_in(account: Account, password: str) -> dict[str, str]:
    return {
        "url": settings.SITE_URL,
        "email": demo.OWNER.email,
        "password": password,
        "subdomain": account.subdomain,
    }
