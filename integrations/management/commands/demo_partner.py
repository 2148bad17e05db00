"""Runs the demo partner, a tiny monitoring tool, as a process of its own."""

import signal
import ssl
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.utils import timezone

from accounts import tenancy
from accounts.models import Account
from integrations import partners
from integrations.demo import account as demo
from integrations.demo.partner import Keys, Server, Tool
from integrations.models import App


class Command(BaseCommand):
    """`demo_partner --port N [--oncall URL] [--account SUBDOMAIN | --public]`."""

    help = "Run a tiny monitoring tool that an account can connect: the demo's, or any."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what can be asked for."""
        parser.add_argument("--port", type=int, default=9000, help="default: 9000")
        parser.add_argument(
            "--oncall",
            default=settings.SITE_URL,
            metavar="URL",
            help="where OnCall is; by default the instance's own address",
        )
        whose = parser.add_mutually_exclusive_group()
        whose.add_argument(
            "--public", action="store_true", help="let every account connect it"
        )
        whose.add_argument(
            "--account",
            metavar="SUBDOMAIN",
            help="who may connect it; by default the demo account",
        )
        parser.add_argument(
            "--ca", metavar="FILE", help="the authority of `up --tls`, to be trusted"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Register the tool's address, then serve until somebody stops us."""
        trust = ssl.create_default_context(cafile=options["ca"])
        tool = Tool(options["oncall"].rstrip("/"), Keys("", ""), trust=trust)
        try:
            server = Server(options["port"], tool)
        except (OSError, OverflowError) as error:
            words = f"Cannot listen on port {options['port']}: {error}"
            raise CommandError(words) from error
        with server:
            tool.keys = _register(tool.address, options)
            # From here on it is a stranger, who has nothing but the web.
            connections.close_all()
            where = f"http://localhost:{server.server_port}"
            try:
                signal.signal(signal.SIGTERM, _interrupt)
                self.stdout.write(f"Lighthouse is at {where}")
                self.stdout.flush()
                server.serve_forever()
            except KeyboardInterrupt:
                self.stdout.write("Lighthouse is closed.")


def _register(address: str, options: dict[str, Any]) -> Keys:
    """Have the tool's app return to our port; raises CommandError."""
    with tenancy.all_accounts():
        app = _public() if options["public"] else _private(options["account"])
        known = app.redirect_uris.split()
        if address not in known:
            app.redirect_uris = " ".join([*known, address])
            app.save(update_fields=["redirect_uris"])
        return Keys(app.vendor_key, app.client_id)


def _public() -> App:
    found = App.objects.filter(name=demo.PARTNER, account=None).first()
    return found or partners.register_public(demo.PARTNER_VALUES)


def _private(subdomain: str | None) -> App:
    """Find the account's app, or register it; raises CommandError."""
    account = _account(subdomain)
    found: App | None = account.apps.filter(name=demo.PARTNER).first()
    return found or demo.register_partner(account, timezone.now())


def _account(subdomain: str | None) -> Account:
    """The account that the tool is for; raises CommandError."""
    if subdomain:
        account = Account.objects.filter(subdomain=subdomain).first()
        refusal = f"There is no account with the subdomain {subdomain}."
    else:
        account = demo.find()
        refusal = (
            "There is no demo account, in which this tool is registered."
            " `manage.py load_demo` makes one, and --account names another."
        )
    if account is None:
        raise CommandError(refusal)
    return account


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
