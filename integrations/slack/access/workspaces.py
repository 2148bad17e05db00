"""Connecting workspaces to an account, and how each of them is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts import audit, tenancy
from accounts.models import Account
from accounts.permissions import Actor
from integrations.models import SlackWorkspace
from integrations.slack import lifecycle
from integrations.slack.access import scopes
from integrations.slack.api.shapes import Installation


class Refused(Exception):
    """The workspace cannot be connected; str() says why, fit for a person."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A workspace as its page shows it."""

    workspace: SlackWorkspace
    rooms: int
    broken: int
    missing: list[str]
    is_held: bool


def connect(
    account: Account, granted: Installation, *, url: str, actor: Actor, at: datetime
) -> SlackWorkspace:
    """Keep the token of a workspace, in the account's scope; its rooms go on.

    Raises Refused where the workspace belongs to another account, and NotPermitted.
    """
    actor.require("administer")
    with tenancy.beyond():
        connected = SlackWorkspace.across_accounts.filter(
            team_id=granted.team_id, removed_at=None
        )
        if connected.exclude(account=account).exists():
            raise _elsewhere()
    found = _found(account, granted, at)
    was_connected = found.pk is not None and found.is_connected
    _fill(found, granted, url, actor, at)
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError:
        # Another account was faster.
        raise _elsewhere() from None
    lifecycle.mend(found, at=at)
    action = "reconnected" if was_connected else "connected"
    details = {"team": found.team_id, "scopes": found.scopes}
    audit.record(actor, f"{action} Slack workspace", found, at=at, details=details)
    return found


def standings(account: Account, *, at: datetime) -> list[Standing]:
    """List the account's workspaces, those that are connected first."""
    rooms = Count("rooms", filter=Q(rooms__extensions__isnull=False), distinct=True)
    broken = Count(
        "rooms",
        filter=Q(rooms__extensions__isnull=False, rooms__broken_at__isnull=False),
        distinct=True,
    )
    rows = (
        account.slack_workspaces.select_related("installed_by__user")
        .annotate(room_count=rooms, broken_count=broken)
        .order_by("name", "id")
    )
    return sorted(
        _standings(rows, at), key=lambda each: not each.workspace.is_connected
    )


def _standings(rows: Iterable[SlackWorkspace], at: datetime) -> list[Standing]:
    return [
        Standing(
            workspace=row,
            rooms=row.room_count,  # type: ignore[attr-defined]
            broken=row.broken_count,  # type: ignore[attr-defined]
            missing=list(scopes.missing(row)) if row.is_connected else [],
            is_held=bool(row.hold_until and row.hold_until > at),
        )
        for row in rows
    ]


def _found(account: Account, granted: Installation, at: datetime) -> SlackWorkspace:
    rows = account.slack_workspaces.select_for_update(of=("self",), no_key=True)
    found = rows.filter(team_id=granted.team_id).first()
    return found or SlackWorkspace(account=account, team_id=granted.team_id)


def _fill(
    found: SlackWorkspace, granted: Installation, url: str, actor: Actor, at: datetime
) -> None:
    found.name = granted.team_name[:200] or granted.team_id
    found.url = url or found.url
    found.app_id, found.bot_user_id = granted.app_id, granted.bot_user_id
    found.token, found.scopes = granted.token, granted.scopes
    found.installed_by, found.installed_at = actor.user, at
    found.removed_at, found.removed_reason = None, ""
    found.hold_until, found.last_error_at, found.last_error = None, None, ""


def _elsewhere() -> Refused:
    return Refused(
        _(
            "This Slack workspace is connected to another OnCall account. It can be"
            " connected here once somebody has disconnected it there."
        )
    )
