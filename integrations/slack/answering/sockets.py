"""Socket Mode: what Slack would send to our addresses comes over a connection of ours.

For installations that Slack cannot reach. Each envelope goes the way of a request at
one of the doors, and is acknowledged once it is kept.
"""

import logging
from datetime import timedelta
from threading import Event, Thread
from typing import Any, Final

from django.conf import settings
from django.utils import timezone
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from integrations import borrowed
from integrations.chat.rooms import Failure, Limited
from integrations.inbound import values
from integrations.slack.answering import arrivals, doors
from integrations.slack.api import calls
from integrations.slack.api.transport import Transport
from integrations.slack.incoming import rows

logger = logging.getLogger(__name__)

# What Slack calls them, and the door that takes the same.
DOORS: Final = {
    "interactive": "interaction",
    "slash_commands": "command",
    "events_api": "event",
}
LOOK: Final = 0.2
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(seconds=60)
# A connection that lived so long was a good one.
GOOD: Final = timedelta(seconds=30)

# The package tells what was sent.
_quiet = logging.getLogger("integrations.slack.socket")
_quiet.setLevel(logging.CRITICAL)


class Connection(SocketModeClient):
    """The package's client, which connects anew only when Slack asks for it."""

    def __init__(self) -> None:
        super().__init__(
            settings.SLACK_APP_TOKEN,
            logger=_quiet,
            web_client=Transport(),
            auto_reconnect_enabled=False,
        )
        # The package looks for one in the environment.
        self.proxy = None
        self.socket_mode_request_listeners.append(_taken)

    def issue_new_wss_url(self) -> str:
        """Ask where to connect to; raises Failure."""
        try:
            said = calls.call(self.app_token, "apps.connections.open", {})
        except calls.Failed as failed:
            raise failed.failure from None
        return str(said["url"])

    def close(self) -> None:
        """End it; this will not wait for the package's reader for ever, which may
        begin anew in the very moment in which it is told to end."""
        closing = Thread(target=super().close, daemon=True)
        closing.start()
        while closing.is_alive():
            self.current_session_state.terminated = True
            closing.join(LOOK)


def run(stopping: Event) -> None:
    """Stay connected until somebody wants it to stop; this will try for ever."""
    wait = FIRST_WAIT
    while not stopping.is_set():
        started = timezone.now()
        asked = _live(stopping)
        if timezone.now() - started > GOOD:
            wait = FIRST_WAIT
        stopping.wait(max(wait, asked).total_seconds())
        wait = min(wait * 2, LONGEST_WAIT)


def _live(stopping: Event) -> timedelta:
    """Live through one connection; this will return how long to wait after it."""
    connection = Connection()
    try:
        connection.connect()
        if not connection.is_connected():
            logger.warning("Slack's socket did not open")
        else:
            logger.info("Connected to Slack by Socket Mode")
            while connection.is_connected() and not stopping.wait(LOOK):
                pass
            logger.info("The connection to Slack has ended")
    except Limited as failure:
        return failure.retry_after
    except Failure as failure:
        logger.warning("Cannot connect to Slack: %s", failure)
    finally:
        connection.close()
    return timedelta()


def _taken(client: BaseSocketModeClient, request: SocketModeRequest) -> None:
    """Take an envelope; one that cannot be kept is not acknowledged, so it comes
    again or the person sees that it did not work."""
    try:
        with borrowed.connected():
            said = _answer(request)
    except Exception:
        logger.exception("Could not take an envelope of Slack")
        return
    payload = said if request.accepts_response_payload else None
    answer = SocketModeResponse(request.envelope_id, payload)
    client.send_socket_mode_response(answer)


def _answer(request: SocketModeRequest) -> dict[str, Any] | None:
    door, payload = DOORS.get(request.type), values.clean(request.payload)
    if door is None or not isinstance(payload, dict):
        return None
    digest = doors.name_of(payload) or rows.digest("envelope", request.envelope_id)
    return arrivals.dispatch(door, payload, digest=digest, at=timezone.now())
