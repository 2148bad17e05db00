"""Keeps the connection to Slack for installations that Slack cannot reach."""

import signal
from threading import Event
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from integrations.slack.access import install
from integrations.slack.answering import sockets


class Command(BaseCommand):
    """`slack_socket`, until SIGTERM or Ctrl-C."""

    help = "Take what happens in Slack by Socket Mode, without a public address."

    def handle(self, *args: Any, **options: Any) -> None:
        """Stay connected until somebody stops us."""
        if not settings.SLACK_APP_TOKEN:
            raise CommandError(
                "SLACK_APP_TOKEN is not set; docs/slack.md says where to find it."
            )
        if missing := install.missing():
            raise CommandError(f"Also set {', '.join(missing)}; see docs/slack.md.")
        stopping = Event()

        def stop(number: int, frame: FrameType | None) -> None:
            stopping.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        sockets.run(stopping)
