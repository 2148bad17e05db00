"""Makes an API key and prints it, once, alone on the last line."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import keys, tenancy
from accounts.models import Account, Membership


class Command(BaseCommand):
    """`create_api_key --account SUBDOMAIN [--user EMAIL] [--read-only]`."""

    help = "Make an API key of an account or of one user; the last line is the key."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what can be asked for."""
        parser.add_argument("--account", required=True, metavar="SUBDOMAIN")
        parser.add_argument("--user", metavar="EMAIL", help="a key that acts as them")
        parser.add_argument("--read-only", action="store_true")
        parser.add_argument("--name", default="Command line", help="what it is for")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it. Raises CommandError in words."""
        with tenancy.all_accounts():
            account = Account.objects.filter(subdomain=options["account"]).first()
            if account is None:
                raise CommandError(f"There is no account {options['account']}.")
            member = _member(account, options["user"]) if options["user"] else None
            _key, secret = keys.create(
                account, options["name"], member, options["read_only"], timezone.now()
            )
        whose = member.email if member else f"account {account.subdomain}"
        self.stdout.write(f"API key of {whose}; it is not shown again:")
        self.stdout.write(secret)


def _member(account: Account, email: str) -> Membership:
    found = account.memberships.filter(user__email__iexact=email, deactivated_at=None)
    if (member := found.select_related("user").first()) is None:
        raise CommandError(f"{email} is not an active member of {account.subdomain}.")
    return member
