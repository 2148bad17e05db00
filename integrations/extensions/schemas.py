"""The kinds of extensions that there are; what delivers for one registers itself.

A kind of chat says here, besides, how people lead us to a room: what its form asks
for, and what makes a room of the answers. How it writes there is in chat.rooms.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.utils.functional import Promise

from accounts.models import Account
from accounts.permissions import Actor
from integrations.chat.rooms import Found
from integrations.models import Extension, Room, SlackWorkspace

# What of an incident's life an extension is told.
SEND_TYPES = (
    *("trigger", "acknowledge", "resolve", "delegate", "escalate"),
    *("unacknowledge", "assign"),
)


class Courier(Protocol):
    """Brings an extension's news to its receiver, where that is no chat."""

    def follow(
        self,
        extension: Extension,
        config: Mapping[str, Any] | None,
        *,
        actor: Actor,
        at: datetime,
    ) -> None:
        """Deliver what the extension hears of to where it is now.

        Without a config that stays as before. Raises webhooks.refusals.Refused for
        what it cannot deliver to.
        """

    def pause(self, extension: Extension, *, actor: Actor, at: datetime) -> None:
        """Deliver nothing new, and hold what waits."""

    def enable(self, extension: Extension, *, actor: Actor, at: datetime) -> None:
        """Deliver again, and what was held, after a pause or a disabling."""

    def is_disabled(self, extension: Extension) -> bool:
        """Say whether nothing is delivered for a while, because nothing arrived."""

    def config(self, extension: Extension) -> dict[str, Any]:
        """Show what was configured, without a secret."""


@dataclass(frozen=True)
class Field:
    """One answer that leads us to a room: an address, a token, the id of a channel."""

    # The key among the values that `connect` is given.
    name: str
    label: str | Promise
    # Where people find it, in plain words.
    help_text: str | Promise = ""
    # Typed like a password, never shown again and never in what is shown of an error.
    # Whoever connects anew types it anew, or leaves it empty: see `connect`.
    is_secret: bool = False
    is_required: bool = True
    max_length: int = 1000
    # Where one of a few is chosen: (value, label).
    options: tuple[tuple[str, str | Promise], ...] = ()


@dataclass(frozen=True)
class Offer:
    """A part of a chat's own list of rooms, and where the next part begins, if any."""

    rooms: Sequence[Found]
    cursor: str = ""


@dataclass(frozen=True)
class Answers:
    """What somebody answered who leads us to a room."""

    # By the names of the fields, stripped; a field that is left empty is "".
    values: Mapping[str, str]
    # The chosen workspace, where the kind has workspaces.
    workspace: SlackWorkspace | None = None
    # The chosen id, or what was typed instead ("#ops"), where the kind lists rooms.
    channel: str = ""
    # The room that is connected anew: its secrets count where a field is left empty.
    room: Room | None = None


# Makes a room of the answers, and does not save it: kind, channel_id (the chat's own
# id; of a secret address its digest), name, secret, and the workspace if there is
# one are set. The room is kept, or the same one of before is brought up to date, by
# extensions.rooms. It may ask the chat, with a deadline, for it runs outside of any
# scope; rows are read in `with tenancy.scope(account):`. Raises
# webhooks.refusals.Refused(words, name of the field or "") or a chat.rooms.Failure;
# both are shown to the person.
Connect = Callable[[Account, Answers], Room]


class Choices(Protocol):
    """Lists rooms to choose from, by asking the chat; otherwise as Connect."""

    def __call__(
        self,
        account: Account,
        workspace: SlackWorkspace | None,
        query: str = "",
        cursor: str = "",
    ) -> Offer:
        """Find rooms whose names hold the query, of those that we may write to."""


def nothing() -> str:
    """Say that nothing is missing."""
    return ""


def known_by_name(room: Room) -> Mapping[str, str]:
    """Of the answers that led to a room, its name alone can be shown again."""
    return {"name": room.name}


@dataclass(frozen=True)
class Schema:
    """One kind of extension."""

    key: str
    # Stays for ever, for configurations of clients hold it.
    public_id: str
    label: str | Promise
    description: str | Promise
    # Nothing for what somebody must first allow by signing in at the other side, or
    # connect in a browser.
    courier: Courier | None = None
    # From here on of chats alone, whose key is the kind of their rooms.
    connect: Connect | None = None
    fields: tuple[Field, ...] = ()
    # Nothing where the room follows from the fields.
    choices: Choices | None = None
    # Whether one first chooses a workspace that has installed us.
    has_workspaces: bool = False
    # Where the ids of its people are unique, as in ChatUser.place; nothing for a chat
    # in which nobody acts.
    place: Callable[[Room], str] | None = None
    # What a form begins with that connects a room anew, by names of fields; no secret.
    known: Callable[[Room], Mapping[str, str]] = known_by_name
    # Says in words what the operator has to set before it can be used, or nothing.
    missing: Callable[[], str] = nothing


_known: dict[str, Schema] = {}


def register(schema: Schema) -> None:
    """Offer a kind of extension; a later one of the same key takes its place."""
    _known[schema.key] = schema


def every() -> list[Schema]:
    """List the kinds by name."""
    return sorted(_known.values(), key=lambda schema: str(schema.label).lower())


def of(extension: Extension) -> Schema:
    """Return the kind of an extension."""
    return _known[extension.schema]


def by_key(key: str) -> Schema:
    """Return a kind by its key; raises KeyError where there is none."""
    return _known[key]


def find(public_id: str) -> Schema | None:
    """Find a kind by its id."""
    return next((each for each in every() if each.public_id == public_id), None)
