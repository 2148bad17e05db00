"""A channel for one incident, by choice: asked for by people, or by an extension."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account
from accounts.permissions import Actor
from incidents import changes, poke, relay
from incidents.models import Incident
from incidents.snapshots import Snapshot
from integrations.chat import queue
from integrations.models import Extension, IncidentChannel, SlackWorkspace
from integrations.slack.channels import channel_names
from integrations.slack.channels.channel_names import LONGEST_NAME

# Where an extension keeps when it opens channels by itself.
OPTION: Final = "incident_channels"


class Refused(Exception):
    """There can be no such channel; the words are for a person."""


@dataclass(frozen=True, slots=True)
class Option:
    """For which incidents an extension opens a channel by itself, and what kind."""

    is_on: bool = False
    # "high", "low", or any; public ids of priorities, or none for any.
    urgency: str = ""
    priorities: tuple[str, ...] = ()
    is_private: bool = False
    archives: bool = False

    @classmethod
    def of(cls, extension: Extension) -> "Option":
        """Read what an extension has chosen."""
        kept = extension.config if isinstance(extension.config, dict) else {}
        found = kept.get(OPTION)
        if not isinstance(found, Mapping):
            return cls()
        return cls(
            is_on=found.get("is_on") is True,
            urgency=str(found.get("urgency") or ""),
            priorities=tuple(map(str, found.get("priorities") or ())),
            is_private=found.get("is_private") is True,
            archives=found.get("archives") is True,
        )

    def is_for(self, snapshot: Snapshot) -> bool:
        """Say whether an incident that is like this gets a channel."""
        priority = snapshot["priority"]
        named = str(priority["id"]) if priority else ""
        return (
            self.is_on
            and self.urgency in ("", snapshot["urgency"])
            and (not self.priorities or named in self.priorities)
        )


def of(incident: Incident) -> IncidentChannel | None:
    """Return the incident's channel, also one that is still to be made."""
    rows = incident.account.incident_channels.select_related("workspace", "room")
    found: IncidentChannel | None = rows.filter(incident=incident).first()
    return found


def workspaces(account: Account) -> list[SlackWorkspace]:
    """List the workspaces in which a channel can be made."""
    return list(account.slack_workspaces.filter(removed_at=None).order_by("name"))


@transaction.atomic
def ask(
    incident: Incident,
    *,
    workspace: SlackWorkspace,
    actor: Actor,
    at: datetime,
    name: str = "",
    option: Option | None = None,
) -> IncidentChannel:
    """Have a channel made for an incident; this will return the one that there is.

    One that Slack had refused is tried again. Raises Refused and NotPermitted.
    """
    fresh = changes.lock(incident)
    actor.require("respond", of=fresh.service)
    if found := of(fresh):
        return _again(found, at) if found.failed_at else found
    if workspace.account_id != fresh.account_id or not workspace.is_connected:
        raise Refused(_("This workspace of Slack is not connected."))
    if not fresh.is_open:
        raise Refused(_("The incident is resolved; it needs no channel any more."))
    chosen = option or Option()
    channel: IncidentChannel = fresh.account.incident_channels.create(
        incident=fresh,
        workspace=workspace,
        name=channel_names.cleaned(name)[:LONGEST_NAME] or channel_names.name(fresh),
        is_private=chosen.is_private,
        archives=chosen.archives,
        asked_by=actor.user,
        asked_via=actor.via,
        asked_as=actor.name,
        asked_at=at,
        due_at=at,
    )
    relay.reconsider(fresh.account)
    poke.later(queue.FOLLOW)
    return channel


def press(
    incident: Incident, workspace: SlackWorkspace, *, actor: Actor, at: datetime
) -> str:
    """Have a channel made from within Slack; this will return words for the person.

    Raises NotPermitted.
    """
    try:
        channel = ask(incident, workspace=workspace, actor=actor, at=at)
    except Refused as refusal:
        return str(refusal)
    if channel.channel_id:
        return _("The incident has a channel: %s") % channel.url
    return _("The channel is being made; its link comes below the incident's message.")


def follow(account: Account, incidents: Iterable[int], at: datetime) -> int:
    """Make channels due whose incidents have changed; return how many."""
    rows = account.incident_channels.filter(
        incident__in=list(incidents), failed_at=None, archived_at=None
    )
    found = rows.update(wanted=F("wanted") + 1)
    rows.filter(due_at=None).update(due_at=at)
    return found


@transaction.atomic
def choose(extension: Extension, option: Option, *, actor: Actor, at: datetime) -> None:
    """Keep when an extension opens channels by itself; the caller has asked who may."""
    config = extension.config if isinstance(extension.config, dict) else {}
    kept: dict[str, Any] = asdict(option) | {"priorities": list(option.priorities)}
    extension.config = {**config, OPTION: kept}
    extension.save(update_fields=["config"])
    relay.reconsider(extension.account)
    audit.record(
        actor, "chose incident channels", extension, at=at, details={"on": option.is_on}
    )


def _again(channel: IncidentChannel, at: datetime) -> IncidentChannel:
    channel.failed_at, channel.last_error = None, ""
    channel.attempts, channel.due_at = 0, at
    channel.save(update_fields=["failed_at", "last_error", "attempts", "due_at"])
    poke.later(queue.FOLLOW)
    return channel
