"""What becomes of our access to a workspace, and of its channels, as Slack tells it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import audit, tenancy
from accounts.models import Account
from accounts.permissions import Actor
from incidents import poke, relay
from integrations import borrowed
from integrations.chat import breaking, queue, refreshing
from integrations.models import Room, SlackWorkspace
from integrations.slack import notices

Event = Mapping[str, Any]
SLACK: Final = Actor("slack", name="Slack")


def lost(workspace: SlackWorkspace, words: str, *, at: datetime) -> None:
    """Note that Slack does not take our token any more: the workspace is removed.

    A token that somebody renewed meanwhile stays good. This may be called in the
    account's scope or outside of any.
    """
    with _in_scope_of(workspace.account):
        rows = workspace.account.slack_workspaces.filter(
            pk=workspace.pk, sealed_token=workspace.sealed_token
        )
        found = _locked(rows)
        if found is not None and found.is_connected:
            _end(found, words, actor=SLACK, at=at)
            notices.tell(found, at=at)


def remove(
    workspace: SlackWorkspace, words: str, *, actor: Actor, at: datetime
) -> SlackWorkspace:
    """Disconnect a workspace, in the account's scope; nothing is sent there any more.

    This will return it as it is then, without its token. Raises NotPermitted.
    """
    actor.require("administer")
    found = _locked(workspace.account.slack_workspaces.filter(pk=workspace.pk))
    if found is not None and found.is_connected:
        _end(found, words, actor=actor, at=at)
    return found or workspace


def mend(workspace: SlackWorkspace, *, at: datetime) -> None:
    """Have its rooms tried again, in the account's scope: our access is good again."""
    for room in workspace.rooms.select_for_update(no_key=True).order_by("pk"):
        _heal(room, at)
    relay.reconsider(workspace.account)


def happened(workspace: SlackWorkspace, event: Event, at: datetime) -> None:
    """Take an event about the workspace or its channels, in the account's scope.

    What means nothing to us is passed over.
    """
    handler = EVENTS.get(str(event.get("type")))
    if handler is not None:
        handler(workspace, event, at)


def _uninstalled(workspace: SlackWorkspace, event: Event, at: datetime) -> None:
    _taken_away(workspace, event, _("OnCall was removed from the workspace."), at)


def _revoked(workspace: SlackWorkspace, event: Event, at: datetime) -> None:
    tokens = event.get("tokens")
    bots = tokens.get("bot") if isinstance(tokens, dict) else None
    if bots and (not workspace.bot_user_id or workspace.bot_user_id in bots):
        words = _("Slack has taken our access away: it was revoked.")
        _taken_away(workspace, event, words, at)


def _taken_away(
    workspace: SlackWorkspace, event: Event, words: str, at: datetime
) -> None:
    found = _locked(workspace.account.slack_workspaces.filter(pk=workspace.pk))
    if found is None or not found.is_connected:
        return
    # It may come late, when somebody has installed us again.
    if _when(event, at) >= found.installed_at:
        _end(found, words, actor=SLACK, at=at)
        notices.tell(found, at=at)


def _renamed(workspace: SlackWorkspace, event: Event, at: datetime) -> None:
    channel = event.get("channel")
    if isinstance(channel, dict) and channel.get("name"):
        rows = _rooms(workspace, str(channel.get("id")))
        rows.update(name=f"#{channel['name']}"[:200])


def _moved(workspace: SlackWorkspace, event: Event, at: datetime) -> None:
    new = str(event.get("new_channel_id") or "")
    if new and not _rooms(workspace, new).exists():
        rows = _rooms(workspace, str(event.get("old_channel_id")))
        rows.update(channel_id=new)


def _archived(workspace: SlackWorkspace, event: Event, at: datetime) -> None:
    _break(workspace, event, _("The channel is archived in Slack."), at)


def _deleted(workspace: SlackWorkspace, event: Event, at: datetime) -> None:
    _break(workspace, event, _("The channel was deleted in Slack."), at)


def _thrown_out(workspace: SlackWorkspace, event: Event, at: datetime) -> None:
    """Where everybody may enter, we may write all the same."""
    is_us = event.get("user", workspace.bot_user_id) == workspace.bot_user_id
    if is_us and event.get("channel_type", "G") != "C":
        words = _(
            "OnCall was removed from the channel. Invite it with /invite @OnCall."
        )
        _break(workspace, event, words, at)


def _let_in(workspace: SlackWorkspace, event: Event, at: datetime) -> None:
    if event.get("user") == workspace.bot_user_id:
        _open_again(workspace, event, at)


def _open_again(workspace: SlackWorkspace, event: Event, at: datetime) -> None:
    rooms = _rooms(workspace, _channel(event)).exclude(broken_at=None)
    for room in rooms.select_for_update(no_key=True):
        _heal(room, at)


def _end(workspace: SlackWorkspace, words: str, *, actor: Actor, at: datetime) -> None:
    """Let go of a workspace that is locked; its rooms wait for its return."""
    workspace.removed_at, workspace.removed_reason = at, words[:300]
    workspace.token = ""
    workspace.save(update_fields=["removed_at", "removed_reason", "sealed_token"])
    rooms = workspace.rooms.filter(broken_at=None).order_by("pk")
    locked = [room.pk for room in rooms.select_for_update(no_key=True)]
    workspace.account.rooms.filter(pk__in=locked).update(
        broken_at=at, last_error_at=at, last_error=words[:300]
    )
    relay.reconsider(workspace.account)
    # Nobody is paged there any more.
    poke.later(queue.FOLLOW)
    audit.record(
        actor,
        "disconnected Slack workspace",
        workspace,
        at=at,
        details={"reason": words[:300]},
    )


def _break(workspace: SlackWorkspace, event: Event, words: str, at: datetime) -> None:
    rooms = _rooms(workspace, _channel(event)).filter(broken_at=None)
    for room in rooms.select_for_update(no_key=True):
        room.broken_at = room.last_error_at = at
        room.last_error = words
        room.save(update_fields=["broken_at", "last_error_at", "last_error"])
        if room.extensions.exists():
            breaking.tell(room, at=at)


def _heal(room: Room, at: datetime) -> None:
    room.broken_at, room.hold_until = None, None
    room.failures, room.last_error = 0, ""
    room.save(update_fields=["broken_at", "hold_until", "failures", "last_error"])
    refreshing.refresh(room, at=at)


def _rooms(workspace: SlackWorkspace, channel: str) -> QuerySet[Room]:
    return workspace.account.rooms.filter(workspace=workspace, channel_id=channel)


def _channel(event: Event) -> str:
    channel = event.get("channel")
    return str(channel.get("id") if isinstance(channel, dict) else channel)


def _when(event: Event, at: datetime) -> datetime:
    """Return when it happened there; Slack may tell it later."""
    try:
        return datetime.fromtimestamp(float(event["event_ts"]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return at


def _locked(rows: QuerySet[SlackWorkspace]) -> SlackWorkspace | None:
    return rows.select_for_update(of=("self",), no_key=True).first()


@contextmanager
def _in_scope_of(account: Account) -> Iterator[None]:
    if tenancy.is_open():
        yield
    else:
        with borrowed.connected(), tenancy.scope(account):
            yield


Handler = Callable[[SlackWorkspace, Event, datetime], None]
EVENTS: Final[Mapping[str, Handler]] = {
    "app_uninstalled": _uninstalled,
    "tokens_revoked": _revoked,
    "channel_rename": _renamed,
    "group_rename": _renamed,
    "channel_id_changed": _moved,
    "channel_archive": _archived,
    "group_archive": _archived,
    "channel_unarchive": _open_again,
    "group_unarchive": _open_again,
    "channel_deleted": _deleted,
    "group_deleted": _deleted,
    "member_left_channel": _thrown_out,
    "group_left": _thrown_out,
    "member_joined_channel": _let_in,
}
