"""What Slack says of its people, channels and user groups, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.chat.rooms import Found

Said = Mapping[str, Any]

OUTSIDE = ("is_restricted", "is_ultra_restricted", "is_stranger", "deleted")


@dataclass(frozen=True, slots=True)
class SlackUser:
    """Somebody of a workspace; without an address where Slack does not say it."""

    id: str
    team_id: str
    name: str
    email: str
    is_bot: bool
    # A guest, somebody from another workspace, or one whose account has ended.
    is_outside: bool = False

    @classmethod
    def of(cls, said: Said) -> "SlackUser":
        """Read what Slack says."""
        profile = said.get("profile") or {}
        names = (profile.get("display_name"), profile.get("real_name"))
        others = (said.get("real_name"), said.get("name"), said["id"])
        return cls(
            id=str(said["id"]),
            team_id=str(said.get("team_id") or ""),
            name=str(next(filter(None, (*names, *others)))),
            email=str(profile.get("email") or ""),
            is_bot=bool(said.get("is_bot")) or said["id"] == "USLACKBOT",
            is_outside=any(map(said.get, OUTSIDE)),
        )


@dataclass(frozen=True, slots=True)
class SlackChannel:
    """A channel; `is_member` says whether we are in it."""

    id: str
    name: str
    is_private: bool
    is_archived: bool
    is_member: bool
    topic: str

    @classmethod
    def of(cls, said: Said) -> "SlackChannel":
        """Read what Slack says."""
        return cls(
            id=str(said["id"]),
            name=str(said.get("name") or ""),
            is_private=bool(said.get("is_private")),
            is_archived=bool(said.get("is_archived")),
            is_member=bool(said.get("is_member")),
            topic=str((said.get("topic") or {}).get("value") or ""),
        )


@dataclass(frozen=True, slots=True)
class Channels:
    """A page of channels, and what to ask for the next one with; nothing at the end."""

    found: Sequence[Found]
    cursor: str


@dataclass(frozen=True, slots=True)
class Usergroup:
    """People whom others mention as one."""

    id: str
    handle: str
    name: str

    @classmethod
    def of(cls, said: Said) -> "Usergroup":
        """Read what Slack says."""
        name, handle = str(said.get("name") or ""), str(said.get("handle") or "")
        return cls(str(said["id"]), handle, name)


@dataclass(frozen=True, slots=True)
class Installation:
    """What Slack grants when somebody has added us to a workspace."""

    team_id: str
    team_name: str
    app_id: str
    bot_user_id: str
    scopes: str
    token: str
    # The whole organisation, which we do not take.
    is_wide: bool
    # The app rotates its tokens, so this one ends within hours.
    expires: bool

    @classmethod
    def of(cls, said: Said) -> "Installation":
        """Read what Slack says."""
        team = said.get("team") or {}
        return cls(
            team_id=str(team.get("id") or ""),
            team_name=str(team.get("name") or ""),
            app_id=str(said.get("app_id") or ""),
            bot_user_id=str(said.get("bot_user_id") or ""),
            scopes=str(said.get("scope") or ""),
            token=str(said.get("access_token") or ""),
            is_wide=bool(said.get("is_enterprise_install")) or not team.get("id"),
            expires=bool(said.get("expires_in")),
        )

    def __repr__(self) -> str:
        return f"Installation({self.team_id})"
