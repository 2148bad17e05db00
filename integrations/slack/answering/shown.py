"""Finds the message of ours on which somebody acts, and what it lets them do."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from incidents import snapshots
from incidents.models import Incident
from integrations.chat import hearing
from integrations.models import ChatMessage, Extension, SlackWorkspace

KIND = "slack"


class NotShown(Exception):
    """There is no such message of ours; the words are fit for a person."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An incident as a message shows it."""

    message: ChatMessage
    incident: Incident
    # The extensions that show it there.
    extensions: tuple[Extension, ...]

    @property
    def anybody(self) -> str:
        """Name the extension that lets anybody act; nothing where none does."""
        found = (each.name for each in self.extensions if each.anybody_may_act)
        return next(found, "")

    @property
    def takes_notes(self) -> bool:
        """Say whether what is written below it becomes notes.

        In the room of one incident it always does: people work on it there.
        """
        return bool(self.message.room.incident_id) or any(
            each.takes_notes for each in self.extensions
        )

    def tells(self, update: str) -> bool:
        """Say whether the thread below it tells of such an update."""
        return bool(self.message.room.incident_id) or any(
            each.has_thread and update in each.updates for each in self.extensions
        )


def find(workspace: SlackWorkspace, channel: str, ts: str, public_id: str) -> Shown:
    """Find a message, in the account's scope; raises NotShown.

    Its incident must be the one that the button names: nobody acts on one incident
    through the message of another.
    """
    # Perhaps pressed before whoever has posted it could write down its id.
    named = Q(message_id=ts) | Q(message_id="", incident__public_id=public_id)
    found = _message(workspace, channel, named)
    if found is None or public_id != found.incident.public_id:
        raise NotShown(
            _("OnCall does not know this message any more, so nothing was done.")
        )
    return _complete(found)


def below(workspace: SlackWorkspace, channel: str, thread: str) -> Shown | None:
    """Find the message of a thread, in the account's scope."""
    found = _message(workspace, channel, Q(message_id=thread))
    return _complete(found) if found else None


def _message(workspace: SlackWorkspace, channel: str, named: Q) -> ChatMessage | None:
    rows = workspace.account.chat_messages.filter(
        named,
        room__kind=KIND,
        room__workspace=workspace,
        room__channel_id=channel,
        incident__isnull=False,
    )
    return (
        rows.select_related("room", "account", "incident__account", "incident__service")
        .order_by("-message_id")
        .first()
    )


def _complete(message: ChatMessage) -> Shown:
    incident = message.incident
    snapshot = snapshots.of_incidents([incident.pk])[incident.pk]
    found = (
        each
        for each in hearing.listeners(message.account)
        if each.room_id == message.room_id and hearing.covers(each, snapshot)
    )
    return Shown(message, incident, tuple(found))
