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
from integrations import partners
from integrations.demo import account as demo
from integrations.demo.partner import Keys, Server, Tool
from integrations.models import App


class Command(BaseCommand):
    """`demo_partner --port N [--oncall URL]`."""

    help = "Run a tiny monitoring tool that can be connected to the demo account."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what can be asked for."""
        parser.add_argument("--port", type=int, default=9000, help="default: 9000")
        parser.add_argument(
            "--oncall",
            default=settings.SITE_URL,
            metavar="URL",
            help="where OnCall is; by default the instance's own address",
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
            tool.keys = _register(tool.address)
            # From here on it is a stranger, who has nothing but the web.
            connections.close_all()
            signal.signal(signal.SIGTERM, _interrupt)
            self.stdout.write(f"Lighthouse is at http://localhost:{server.server_port}")
            self.stdout.flush()
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                self.stdout.write("Lighthouse is closed.")


def _register(address: str) -> Keys:
    """Have the demo account's app return to our port; raises CommandError."""
    with tenancy.all_accounts():
        account = demo.find()
        if account is None:
            raise CommandError(
                "There is no demo account, in which this tool is registered."
                " `manage.py load_demo` makes one."
            )
        app: App = account.apps.get(name=demo.PARTNER)
        known = app.redirect_uris.split()
        if address not in known:
            partners.change(
                app,
                actor=demo.BY_OPERATOR,
                at=timezone.now(),
                values={"redirect_uris": " ".join([*known, address])},
            )
        return Keys(app.vendor_key, app.client_id)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
