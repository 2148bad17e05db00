"""What people and tools do to extensions.

Every door calls these with who and when; each leaves an audit entry. They raise
webhooks.refusals.Refused or permissions.NotPermitted in words fit for a person.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit, ids
from accounts.models import Account
from accounts.permissions import Actor
from incidents import relay
from integrations.chat import posting
from integrations.extensions import rights, rooms, schemas, values
from integrations.extensions.schemas import Schema
from integrations.extensions.values import Scope, Values
from integrations.models import ChatMessage, Extension, Room
from integrations.webhooks.refusals import Refused

__all__ = [
    "Refused",
    "Values",
    "change",
    "create",
    "delete",
    "enable",
    "pause",
    "reconnect",
    "resume",
    "test",
]

MOST_EXTENSIONS = 500


@transaction.atomic
def create(
    account: Account,
    schema: Schema,
    wanted: Values,
    *,
    actor: Actor,
    at: datetime,
    public_id: str = "",
) -> Extension:
    """Let news of incidents go to one more place.

    A door that may be pressed twice gives the id beforehand: the second time finds
    what the first one made.
    """
    if account.extensions.count() >= MOST_EXTENSIONS:
        words = _("The account has %(most)d extensions, and cannot have more.")
        raise Refused(words % {"most": MOST_EXTENSIONS})
    extension = Extension(
        account=account,
        public_id=public_id or ids.public_id(),
        schema=schema.key,
        created_by=actor.user,
        created_at=at,
    )
    _check(schema, wanted, account)
    rights.require(wanted, actor)
    _set(extension, wanted, actor=actor, at=at)
    _follow(extension, wanted, actor=actor, at=at)
    relay.reconsider(account)
    audit.record(actor, "created extension", extension, at=at)
    return extension


@transaction.atomic
def change(
    extension: Extension, wanted: Values, *, actor: Actor, at: datetime
) -> Extension:
    """Make an extension what is wanted; see `values.of` for what it is now."""
    fresh = _locked(extension)
    rights.require_for(fresh, actor)
    _check(schemas.of(fresh), wanted, fresh.account)
    # Nor may it hear of what they have no say in.
    rights.require(wanted, actor)
    before = fresh.room
    _set(fresh, wanted, actor=actor, at=at)
    _follow(fresh, wanted, actor=actor, at=at)
    if before != fresh.room:
        rooms.let_go(before)
    relay.reconsider(fresh.account)
    audit.record(actor, "updated extension", fresh, at=at)
    return fresh


@transaction.atomic
def delete(extension: Extension, *, actor: Actor, at: datetime) -> None:
    """Delete an extension with everything that delivers for it."""
    fresh = _locked(extension)
    rights.require_for(fresh, actor)
    audit.record(actor, "deleted extension", fresh, at=at)
    room = fresh.room
    fresh.delete()
    rooms.let_go(room)
    relay.reconsider(fresh.account)


@transaction.atomic
def pause(extension: Extension, *, actor: Actor, at: datetime) -> Extension:
    """Tell it nothing new; does nothing twice."""
    fresh = _locked(extension)
    rights.require_for(fresh, actor)
    if fresh.is_paused:
        return fresh
    fresh.paused_at = at
    fresh.save(update_fields=["paused_at"])
    if courier := schemas.of(fresh).courier:
        courier.pause(fresh, actor=actor, at=at)
    relay.reconsider(fresh.account)
    audit.record(actor, "paused extension", fresh, at=at)
    return fresh


@transaction.atomic
def resume(extension: Extension, *, actor: Actor, at: datetime) -> Extension:
    """Tell it news again; does nothing twice."""
    fresh = _locked(extension)
    rights.require_for(fresh, actor)
    if not fresh.is_paused:
        return fresh
    _resume(fresh, actor=actor, at=at)
    audit.record(actor, "resumed extension", fresh, at=at)
    return fresh


@transaction.atomic
def enable(extension: Extension, *, actor: Actor, at: datetime) -> Extension:
    """End what keeps news away: a pause, a disabling, a room that was broken."""
    fresh = _locked(extension)
    rights.require_for(fresh, actor)
    _resume(fresh, actor=actor, at=at)
    if fresh.room is not None:
        posting.reconnect(fresh.room, at=at)
    audit.record(actor, "enabled extension", fresh, at=at)
    return fresh


@transaction.atomic
def reconnect(
    extension: Extension, room: Room, *, actor: Actor, at: datetime
) -> Extension:
    """Have it show incidents in a room that was connected just now: another, or anew.

    The room is what `Schema.connect` has made.
    """
    fresh = _locked(extension)
    rights.require_for(fresh, actor)
    before = fresh.room
    if room.kind != fresh.schema or before is None:
        raise Refused(_("This room is of another kind."))
    fresh.room = rooms.keep(fresh.account, room, actor=actor, at=at)
    fresh.save(update_fields=["room"])
    if before != fresh.room:
        rooms.let_go(before)
    relay.reconsider(fresh.account)
    audit.record(actor, "reconnected extension", fresh, at=at)
    return fresh


@transaction.atomic
def test(extension: Extension, *, actor: Actor, at: datetime) -> ChatMessage:
    """Send a test message to its room, also while it is paused; see what comes of it.

    Raises Refused for what has no room.
    """
    fresh = _locked(extension)
    rights.require_for(fresh, actor)
    if fresh.room is None:
        raise Refused(_("It is no chat; send its webhook a ping instead."))
    message = posting.test(fresh.room, extension=fresh, at=at)
    audit.record(actor, "tested extension", fresh, at=at)
    return message


def _check(schema: Schema, wanted: Values, account: Account) -> None:
    """Do nothing, or raise Refused."""
    values.check(wanted, account)
    if schema.courier is None and wanted.room is None:
        raise Refused(_room_is_missing(schema) % {"name": schema.label})
    if schema.courier is not None and (wanted.urgency or wanted.priorities is not None):
        raise Refused(_("A webhook hears of every urgency and priority."), "urgency")
    if wanted.room is not None and wanted.room.kind != schema.key:
        raise Refused(_("This room is of another kind."), "room")


def _room_is_missing(schema: Schema) -> str:
    if schema.connect is None or schema.has_workspaces:
        return _("%(name)s must be allowed by signing in there, with a browser.")
    return _("%(name)s is connected with a browser, under Settings, Extensions.")


def _set(extension: Extension, wanted: Values, *, actor: Actor, at: datetime) -> None:
    """Write down what is wanted, and whose news it gets."""
    extension.name, extension.scope = wanted.name.strip(), wanted.scope
    extension.team = wanted.team if wanted.scope == Scope.TEAM else None
    extension.urgency = wanted.urgency
    priorities = wanted.priorities
    extension.priorities = None if priorities is None else list(priorities)
    extension.updates = [
        update for update in Extension.Update.values if update in wanted.updates
    ]
    extension.room = wanted.room
    if wanted.room is not None and wanted.room.pk is None:
        extension.room = rooms.keep(extension.account, wanted.room, actor=actor, at=at)
    extension.anybody_may_act = wanted.anybody_may_act
    extension.has_buttons = wanted.has_buttons
    if schemas.of(extension).courier is None and wanted.config is not None:
        # What others keep there stays.
        extension.config = {**extension.config, **wanted.config}
    extension.has_thread = wanted.has_thread
    extension.takes_notes = wanted.takes_notes and wanted.has_thread
    extension.endpoint_url = wanted.endpoint_url
    extension.save()
    chosen = wanted.services if wanted.scope == Scope.SERVICES else ()
    extension.extended_services.exclude(service__in=chosen).delete()
    for service in chosen:
        extension.extended_services.get_or_create(
            account=extension.account, service=service
        )


def _follow(
    extension: Extension, wanted: Values, *, actor: Actor, at: datetime
) -> None:
    if courier := schemas.of(extension).courier:
        courier.follow(extension, wanted.config, actor=actor, at=at)


def _resume(extension: Extension, *, actor: Actor, at: datetime) -> None:
    extension.paused_at = None
    extension.save(update_fields=["paused_at"])
    if courier := schemas.of(extension).courier:
        courier.enable(extension, actor=actor, at=at)
    if extension.room is not None:
        posting.resume(extension.room, at=at)
    relay.reconsider(extension.account)


def _locked(extension: Extension) -> Extension:
    found: Extension = (
        extension.account.extensions.select_for_update(of=("self",), no_key=True)
        .select_related("account", "room", "team")
        .get(pk=extension.pk)
    )
    return found
