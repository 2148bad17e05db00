"""How a kind of chat shows incidents in its rooms, how that fails, and the registry.

A kind is part of its extension's module, which registers it. Nobody asks for a kind
by name; what it can do is in its attributes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol, runtime_checkable

from integrations.chat.cards import Card
from integrations.models import Room


class Failure(Exception):
    """The chat did not take it; str() says why, fit for a person."""


class Limited(Failure):
    """It asks us to wait so long before anything else.

    `is_wide` means every room of the same workspace, not just this one.
    """

    def __init__(
        self, words: str, *, retry_after: timedelta, is_wide: bool = False
    ) -> None:
        super().__init__(words)
        self.retry_after = retry_after
        self.is_wide = is_wide


class Unavailable(Failure):
    """It did not answer, or with an error of its own; later it may.

    `is_uncertain` means that it may have taken the message all the same.
    """

    def __init__(self, words: str, *, is_uncertain: bool = False) -> None:
        super().__init__(words)
        self.is_uncertain = is_uncertain


class Broken(Failure):
    """Nothing arrives in this room until somebody does something: it is archived, our
    access was taken away."""


class Gone(Failure):
    """The message is not there any more; it is posted anew."""


class Refused(Failure):
    """It will never take this message, but others."""


class Chat(Protocol):
    """One kind of chat. Nothing here opens a transaction; each call has a deadline.

    All raise the failures above, and nothing else.
    """

    # As in Room.kind and in the schema of the extension.
    kind: str
    # Whether a message can be changed later. Where it cannot, each update that the
    # extension tells is a message of its own.
    can_update: bool
    # Whether a message can have a thread below it.
    can_thread: bool
    # Whether people can act from there.
    can_act: bool

    def post(self, room: Room, card: Card) -> str:
        """Show an incident, or a test; this will return the message's id there."""

    def update(self, room: Room, message_id: str, card: Card) -> None:
        """Change a message to show how things are now."""

    def reply(self, room: Room, message_id: str, lines: Sequence[str]) -> None:
        """Write lines of the timeline, the oldest first, below a message."""

    def find(self, room: Room, card: Card) -> str:
        """Look for the message of an attempt that had no answer.

        This will return its id there, or nothing where it is not or nobody can say.
        """


# So long a room is left alone after each call, unless its kind says otherwise.
PACE: Final = timedelta(seconds=1)


@runtime_checkable
class Paced(Protocol):
    """A kind of chat that knows how often one of its rooms may be written to."""

    pace: timedelta


@runtime_checkable
class Rationed(Protocol):
    """A kind of chat that takes only so many updates of a workspace in a minute."""

    updates_per_minute: int


@runtime_checkable
class Deaf(Protocol):
    """A kind of chat with threads that does not tell us what people write there."""

    is_deaf: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A room as a chat's own list names it."""

    id: str
    name: str
    is_private: bool = False


_chats: dict[str, Chat] = {}


def register(chat: Chat) -> None:
    """Make a kind of chat known."""
    _chats[chat.kind] = chat


def of(room: Room) -> Chat:
    """Return the kind of a room; raises Broken where it is not known any more."""
    return get(room.kind)


def get(kind: str) -> Chat:
    """Return a kind of chat; raises Broken where there is none."""
    try:
        return _chats[kind]
    except KeyError:
        raise Broken(f"There is no chat {kind}.") from None


def is_chat(kind: str) -> bool:
    """Say whether a kind of extension is a chat."""
    return kind in _chats


def can_update(kind: str) -> bool:
    """Say whether a message of this kind can be changed; the unknown could be."""
    return kind not in _chats or _chats[kind].can_update


def updatable() -> list[str]:
    """List the kinds whose messages can be changed."""
    return [chat.kind for chat in _chats.values() if chat.can_update]


def can_thread(kind: str) -> bool:
    """Say whether a message of this kind can have a thread."""
    return kind in _chats and _chats[kind].can_thread


def pace(kind: str) -> timedelta:
    """Say how long a room of this kind is left alone after each call."""
    chat = _chats.get(kind)
    return chat.pace if isinstance(chat, Paced) else PACE


def updates_per_minute(kind: str) -> int:
    """Say how many updates a workspace takes in a minute; 0 where nobody counts."""
    chat = _chats.get(kind)
    return chat.updates_per_minute if isinstance(chat, Rationed) else 0


def can_hear(kind: str) -> bool:
    """Say whether what people write below a message may become a note."""
    chat = _chats.get(kind)
    if chat is None or isinstance(chat, Deaf):
        return False
    return chat.can_thread and chat.can_act
