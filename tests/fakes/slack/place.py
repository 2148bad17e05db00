"""What there is in the fake Slack: workspaces, people, channels and messages."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Blocks = list[dict[str, Any]]


@dataclass(eq=False)
class Person:
    """Somebody in a workspace."""

    id: str
    team_id: str
    name: str
    email: str
    is_bot: bool = False
    is_deleted: bool = False

    def shape(self, *, with_email: bool) -> dict[str, Any]:
        """The person as Slack's methods show one."""
        profile = {
            "real_name": self.name.title(),
            "display_name": self.name,
            **({"email": self.email} if with_email and not self.is_bot else {}),
        }
        return {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "deleted": self.is_deleted,
            "real_name": self.name.title(),
            "tz": "Europe/Berlin",
            "profile": profile,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 1700000000,
        }


@dataclass(eq=False)
class Message:
    """Something that stands in a channel."""

    channel: "Channel"
    ts: str
    user: str
    text: str
    blocks: Blocks = field(default_factory=list)
    thread_ts: str | None = None
    bot_id: str | None = None
    metadata: dict[str, Any] | None = None
    is_broadcast: bool = False
    edits: int = 0
    # Only this person sees it.
    only_for: str = ""
    # What stood here before each change.
    past: list[str] = field(default_factory=list)

    @property
    def replies(self) -> list["Message"]:
        return [m for m in self.channel.messages if m.thread_ts == self.ts]

    @property
    def words(self) -> str:
        """All that people read in it."""
        return "\n".join([self.text, *words_of(self.blocks)])

    @property
    def elements(self) -> list[dict[str, Any]]:
        """What people press in it, each with its `block_id`."""
        return list(elements_of(self.blocks))

    @property
    def buttons(self) -> list[str]:
        """The texts of its buttons."""
        return [e["text"]["text"] for e in self.elements if e["type"] == "button"]

    def shape(self) -> dict[str, Any]:
        """The message as Slack's methods show one."""
        optional = {
            "thread_ts": self.thread_ts,
            "bot_id": self.bot_id,
            "metadata": self.metadata,
            "blocks": self.blocks or None,
            "edited": {"user": self.user, "ts": self.ts} if self.edits else None,
            "reply_count": len(self.replies) or None,
            "subtype": "thread_broadcast" if self.is_broadcast else None,
        }
        return {
            "type": "message",
            "user": self.user,
            "text": self.text,
            "ts": self.ts,
            "team": self.channel.workspace.id,
            **{name: value for name, value in optional.items() if value is not None},
        }


@dataclass(eq=False)
class Channel:
    """A channel, or a private conversation with the bot."""

    workspace: "Workspace"
    id: str
    name: str
    is_private: bool = False
    is_im: bool = False
    is_archived: bool = False
    topic: str = ""
    creator: str = ""
    members: set[str] = field(default_factory=set)
    messages: list[Message] = field(default_factory=list)

    @property
    def tops(self) -> list[Message]:
        """The messages that are not in a thread."""
        return [m for m in self.messages if m.thread_ts is None and not m.only_for]

    def whispers(self, person: Person) -> list[Message]:
        """What only one person sees."""
        return [m for m in self.messages if m.only_for == person.id]

    def message(self, ts: str) -> Message | None:
        """Find a message that everybody sees."""
        found = (m for m in self.messages if m.ts == ts and not m.only_for)
        return next(found, None)

    def shape(self, bot: str) -> dict[str, Any]:
        """The channel as Slack's methods show one."""
        if self.is_im:
            (user, *_) = self.members - {bot}
            return {"id": self.id, "is_im": True, "user": user, "created": 1700000000}
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.is_private,
            "is_group": self.is_private,
            "is_im": False,
            "is_private": self.is_private,
            "is_archived": self.is_archived,
            "is_general": False,
            "is_member": bot in self.members,
            "is_shared": False,
            "is_ext_shared": False,
            "created": 1700000000,
            "creator": self.creator,
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "num_members": len(self.members),
            "context_team_id": self.workspace.id,
        }


@dataclass(eq=False)
class Workspace:
    """A workspace of Slack."""

    id: str
    name: str
    domain: str
    bot: str = ""
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    # Handle -> the ids of the people in that user group, by the group's id.
    usergroups: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    # The whole organisation installs it, which we do not want.
    enterprise: str = ""


def words_of(shown: Any) -> Iterator[str]:
    """Yield every text of blocks."""
    if isinstance(shown, dict):
        for name, value in shown.items():
            if name in ("text", "alt_text") and isinstance(value, str):
                yield value
            else:
                yield from words_of(value)
    elif isinstance(shown, list):
        for each in shown:
            yield from words_of(each)


def elements_of(blocks: Blocks) -> Iterator[dict[str, Any]]:
    """Yield what is interactive in blocks, each with its `block_id`."""
    for block in blocks:
        inside = [
            *(block.get("elements") or []),
            *filter(None, [block.get("accessory"), block.get("element")]),
        ]
        for element in inside:
            if "action_id" in element:
                yield {**element, "block_id": block["block_id"]}


def parsed(value: Any) -> Any:
    """Read what a form may carry as JSON."""
    return json.loads(value) if isinstance(value, str) and value else value
