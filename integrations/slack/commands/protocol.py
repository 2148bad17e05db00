"""What a slash command is, what it is answered with, and the registry of commands."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from accounts.models import Account, Membership
from accounts.permissions import Actor
from integrations.models import SlackWorkspace
from integrations.slack.commands.words import Typed


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody typed after `/oncall`, where and when.

    `actor` is None for somebody whom the account does not know and who may not act
    all the same; `user_id` and `user_name` are Slack's.
    """

    account: Account
    workspace: SlackWorkspace
    user_id: str
    user_name: str
    channel_id: str
    words: str
    response_url: str
    at: datetime
    actor: Actor | None

    @property
    def member(self) -> Membership | None:
        """The member who types, if we know them."""
        return self.actor.user if self.actor else None


@dataclass(frozen=True, slots=True)
class Answer:
    """What they see: only they, or the whole channel."""

    text: str
    blocks: list[dict[str, Any]] | None = None
    in_channel: bool = False
    # They must say first who they are: the door may ask them in its own way instead.
    is_stranger: bool = False


Handler = Callable[[Command, Typed], Answer]


@dataclass(frozen=True, slots=True)
class Known:
    """A command that there is."""

    name: str
    # How it is typed, such as "ack [number]", and what it does.
    usage: str | Promise
    about: str | Promise
    handler: Handler
    # Whether somebody may use it whom the account does not know; and whether only
    # members may, also where an extension lets anybody act.
    for_strangers: bool = False
    for_members: bool = False
    aliases: tuple[str, ...] = field(default=())


_known: dict[str, Known] = {}


def command(
    name: str,
    *,
    usage: str | Promise,
    about: str | Promise,
    aliases: tuple[str, ...] = (),
    for_strangers: bool = False,
    for_members: bool = False,
) -> Callable[[Handler], Handler]:
    """Make a function the answer to `/oncall name …`, of the words after the name."""

    def keep(handler: Handler) -> Handler:
        _known[name] = Known(
            name, usage, about, handler, for_strangers, for_members, aliases
        )
        return handler

    return keep


def actor(command: Command) -> Actor:
    """Say as whom a command acts; nobody else's gets as far as its handler."""
    if command.actor is None:
        raise LookupError("The command has no actor.")
    return command.actor


def member(command: Command) -> Membership:
    """Say who uses a command that is for members."""
    if command.member is None:
        raise LookupError("The command has no member.")
    return command.member


def every() -> list[Known]:
    """List the commands by name."""
    return sorted(_known.values(), key=lambda known: known.name)


def find(name: str) -> Known | None:
    """Find a command by its name or another name of it, in whatever case."""
    wanted = name.lower()
    if wanted in _known:
        return _known[wanted]
    return next((each for each in every() if wanted in each.aliases), None)


def names() -> list[str]:
    """List every word that a command may start with."""
    return [word for each in every() for word in (each.name, *each.aliases)]
