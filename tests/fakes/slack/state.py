"""The fake Slack itself: what is in it, what was asked of it, and how it fails."""

import itertools
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Event, RLock
from typing import Any

from tests.fakes.slack.faults import Fault
from tests.fakes.slack.place import Channel, Message, Person, Workspace

# What a workspace grants when a test does not say; all that the fake's methods ask for.
SCOPES = (
    *("chat:write", "chat:write.public", "channels:read", "groups:read"),
    *("channels:history", "groups:history", "im:history", "channels:join", "im:write"),
    *("users:read", "users:read.email", "commands", "channels:manage"),
    *("groups:write", "usergroups:read", "usergroups:write"),
)
TRIGGER_SECONDS = 3


@dataclass(frozen=True)
class Sent:
    """A request to our product, which can be sent again."""

    path: str
    body: str
    headers: dict[str, str]
    payload: Any = None


@dataclass(frozen=True)
class Use:
    """An address for answers: what may be changed there, and who is asked."""

    channel: Channel | None
    person: Person
    message: Message | None
    at: float
    uses: list[float] = field(default_factory=list)


@dataclass
class Grant:
    """A token, and what it may."""

    token: str
    workspace: Workspace
    scopes: set[str]
    is_revoked: bool = False
    # Of whom it is; the bot's without.
    person: Person | None = None


@dataclass(frozen=True)
class Call:
    """A method that was called, in whatever way that ended."""

    method: str
    arguments: dict[str, Any]
    token: str
    at: float


@dataclass
class Code:
    """What a browser brought back from the page where somebody allowed us."""

    workspace: Workspace
    person: Person
    redirect_uri: str
    scopes: list[str]
    nonce: str = ""
    is_used: bool = False


@dataclass
class Trigger:
    """What lets an app open a modal, for three seconds and once."""

    workspace: Workspace
    person: Person
    at: float
    is_used: bool = False


@dataclass
class State:
    """All of it; a test reads it, and changes it as Slack's users do."""

    base: str = ""
    # Where our product is, for what is pressed on the fake's own pages.
    app: str = ""
    workspaces: dict[str, Workspace] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    # The modals, by their ids, and the same by their external ids.
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Where answers to a press or a command may be posted, by the path's last part.
    response_urls: dict[str, Any] = field(default_factory=dict)
    # What was posted there.
    responses: list[dict[str, Any]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    # What it has told our product.
    sent: list[Sent] = field(default_factory=list)
    # What goes wrong with the next requests: a method, or "" for any; and how.
    planned: list[tuple[str, Fault]] = field(default_factory=list)
    # What goes wrong with all of them, until it is taken away; by method, "" for all.
    always: dict[str, Fault] = field(default_factory=dict)
    # Whether its app's tokens end after twelve hours, which is one of its settings.
    rotates: bool = False
    # By how many seconds its clock is ahead.
    ahead: float = 0.0
    over: Event = field(default_factory=Event)
    lock: RLock = field(default_factory=RLock)
    socket: Any = None

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self.team = self.workspace("T0ACME001", "Acme")

    # What there is

    def workspace(self, team_id: str, name: str) -> Workspace:
        """Return a workspace, with a bot and a channel "general"."""
        if team_id not in self.workspaces:
            made = Workspace(team_id, name, name.lower())
            self.workspaces[team_id] = made
            made.bot = self.person("oncall", team=made, is_bot=True).id
            self.channel("general", team=made, has_bot=False)
        return self.workspaces[team_id]

    def person(
        self,
        name: str,
        email: str | None = None,
        *,
        team: Workspace | None = None,
        is_bot: bool = False,
    ) -> Person:
        """Return somebody of a workspace, by the name; who is new gets an address."""
        team = team or self.team
        for found in team.people.values():
            if found.name == name:
                return found
        made = Person(
            id=self.fresh("U"),
            team_id=team.id,
            name=name,
            email=email if email is not None else f"{name}@{team.domain}.example",
            is_bot=is_bot,
        )
        team.people[made.id] = made
        return made

    def channel(
        self,
        name: str,
        *,
        team: Workspace | None = None,
        is_private: bool = False,
        has_bot: bool = True,
    ) -> Channel:
        """Return a channel by its name; the bot is in a new one if not said else."""
        team = team or self.team
        for found in team.channels.values():
            if found.name == name:
                return found
        made = Channel(team, self.fresh("C"), name, is_private)
        made.members |= {team.bot} if has_bot else set()
        team.channels[made.id] = made
        return made

    def direct(self, person: Person) -> Channel:
        """Return somebody's conversation with the bot."""
        team = self.workspaces[person.team_id]
        for found in team.channels.values():
            if found.is_im and person.id in found.members:
                return found
        made = Channel(team, self.fresh("D"), f"im-{person.name}", is_im=True)
        made.members = {team.bot, person.id}
        team.channels[made.id] = made
        return made

    def usergroup(self, handle: str, *people: Person) -> str:
        """Make a user group; this will return its id."""
        name = self.fresh("S")
        self.team.usergroups[name] = (handle, [p.id for p in people])
        return name

    def install(
        self, team: Workspace | None = None, *, scopes: Iterable[str] = SCOPES
    ) -> str:
        """Install our app; this will return the bot's token, the same as before if
        that still works."""
        team = team or self.team
        for grant in self.grants.values():
            is_bots = grant.workspace is team and grant.person is None
            if is_bots and not grant.is_revoked:
                grant.scopes |= set(scopes)
                return grant.token
        token = f"xoxb-{team.id}-{secrets.token_hex(12)}"
        self.grants[token] = Grant(token, team, set(scopes))
        return token

    def revoke(self, team: Workspace | None = None) -> None:
        """Take the tokens of a workspace away, as its admins do."""
        for grant in self.grants.values():
            if grant.workspace is (team or self.team):
                grant.is_revoked = True

    def posted(self, channel: Channel, text: str, user: str, **more: Any) -> Message:
        """Let something stand in a channel."""
        message = Message(channel, self.stamp(), user, text, **more)
        channel.messages.append(message)
        return message

    # How it fails

    def fails(self, *faults: Fault, method: str = "") -> None:
        """Let the next requests fail, of one method or of any."""
        self.planned += [(method, fault) for fault in faults]

    def fault_of(self, method: str) -> Fault | None:
        """Take the fault that the next request of a method meets."""
        with self.lock:
            for number, (of, fault) in enumerate(self.planned):
                if of in ("", method):
                    del self.planned[number]
                    return fault
        return self.always.get(method) or self.always.get("")

    # What was asked

    def asked(self, method: str) -> list[dict[str, Any]]:
        """Return the arguments of each call of a method."""
        return [call.arguments for call in self.calls if call.method == method]

    # Ids and time

    def now(self) -> float:
        """Return what its clock shows."""
        return time.time() + self.ahead

    def passes(self, seconds: float) -> None:
        """Let time pass in Slack, and nowhere else."""
        self.ahead += seconds

    def fresh(self, letter: str) -> str:
        """Make an id that nothing else has."""
        return f"{letter}0{next(self._numbers):08d}"

    def stamp(self) -> str:
        """Make the id of a message: the time, and a number that nothing else has."""
        return f"{int(self.now())}.{next(self._numbers):06d}"

    def trigger(self, person: Person) -> str:
        """Make what lets an app open a modal."""
        name = f"{next(self._numbers)}.{secrets.token_hex(8)}"
        team = self.workspaces[person.team_id]
        self.triggers[name] = Trigger(team, person, self.now())
        return name
