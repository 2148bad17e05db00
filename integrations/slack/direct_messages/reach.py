"""What a sender of direct messages knows of a workspace: read seldom, from memory.

Senders' threads hold no connection to the database; see `integrations.borrowed`.
"""

import threading
import time

from django.db import DatabaseError
from django.utils.translation import gettext as _

from accounts import channels, tenancy
from integrations import borrowed
from integrations.models import SlackWorkspace
from integrations.slack.direct_messages import paging

# So many seconds a workspace is believed to be as it was.
FRESH = 5.0


class _Memory:
    """The workspaces that this process has written to, by Slack's ids of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[str, tuple[float, SlackWorkspace | None]] = {}

    def find(self, team_id: str) -> SlackWorkspace | None:
        """Find it; raises DatabaseError where it was never read and cannot be now."""
        read_at, found = self._found.get(team_id, (-FRESH, None))
        if time.monotonic() - read_at <= FRESH:
            return found
        with self._lock:
            return self._read(team_id)

    def forget(self) -> None:
        """Read everything anew."""
        self._found.clear()

    def _read(self, team_id: str) -> SlackWorkspace | None:
        read_at, found = self._found.get(team_id, (-FRESH, None))
        # Others may have read it while this thread waited.
        if time.monotonic() - read_at <= FRESH:
            return found
        try:
            found = _row(team_id)
        except DatabaseError:
            if team_id not in self._found:
                raise
        self._found[team_id] = (time.monotonic(), found)
        return found


_memory = _Memory()


def workspace(team_id: str) -> SlackWorkspace:
    """Return the workspace that is connected now.

    Raises AddressGone where there is none, and TemporaryFailure where we cannot know.
    """
    try:
        found = _memory.find(team_id)
    except DatabaseError as error:
        raise channels.TemporaryFailure(
            _("The workspace could not be looked up now.")
        ) from error
    if found is None:
        # In the words of an ended link, so that it is paged again with a new one.
        raise channels.AddressGone(paging.UNLINKED)
    return found


def forget() -> None:
    """Let this process look again, because a workspace has changed."""
    _memory.forget()


def _row(team_id: str) -> SlackWorkspace | None:
    with borrowed.connected(), tenancy.all_accounts():
        rows = SlackWorkspace.across_accounts.select_related("account")
        return rows.filter(team_id=team_id, removed_at=None).first()
