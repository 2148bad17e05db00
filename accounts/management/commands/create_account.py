"""Makes an account and prints the link by which its owner comes in.

The owner is a user and a member at once, so that the Default policy has somebody to
page. Until the link is opened the e-mail address is vouched for by the operator: it is
paged, and shown as not confirmed. A new user has no password and chooses one there.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils import timezone

from accounts import invitations, onboarding, tenancy
from accounts.models import User
from accounts.models.people import Role


class Command(BaseCommand):
    """`create_account NAME --owner EMAIL [--subdomain S] [--country CC]`."""

    help = "Make an account; the last line is the invitation link of its owner."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what can be asked for."""
        parser.add_argument("name", help="what people call it")
        parser.add_argument("--owner", required=True, metavar="EMAIL")
        parser.add_argument("--subdomain", help="by default made from the name")
        parser.add_argument("--country", default="", help="two letters, such as DE")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it all or nothing. Raises CommandError in words."""
        now = timezone.now()
        try:
            validate_email(options["owner"])
            with tenancy.all_accounts():
                account = onboarding.create_account(
                    name=options["name"],
                    owner=_user(options["owner"].lower()),
                    subdomain=options["subdomain"],
                    country=options["country"],
                    at=now,
                    is_confirmed=False,
                )
                _invitation, token = invitations.issue(
                    account, email=options["owner"], role=Role.OWNER, at=now
                )
        except ValidationError as error:
            raise CommandError(f"--owner: {error.messages[0]}") from error
        except onboarding.Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Account {account.name}, subdomain {account.subdomain}.")
        self.stdout.write("Send this link to the owner; it works once, for seven days:")
        self.stdout.write(invitations.link(token))


def _user(email: str) -> User:
    found = User.objects.filter(email=email).first()
    return found or User.objects.create_user(email)
