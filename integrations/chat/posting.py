"""Puts messages into the queue of a room because somebody asked for them."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from incidents import poke
from incidents.models import Incident
from integrations.chat import queue, refreshing
from integrations.models import ChatMessage, Extension, Room

# Whoever tests a room waits for it, and not for two days.
TEST_KEPT: Final = timedelta(hours=1)


@transaction.atomic
def test(room: Room, *, extension: Extension | None, at: datetime) -> ChatMessage:
    """Send a message that tests a room, also where it is broken or paused.

    Its success ends the brokenness, and what is open is shown as it is then. Whoever
    waits for it looks at `posted_at`, `last_error` and `due_at`.
    """
    _end_waiting(room)
    message = room.messages.create(
        account_id=room.account_id,
        incident=None,
        created_at=at,
        due_at=at,
        expires_at=at + TEST_KEPT,
    )
    poke.later(queue.SEND)
    return message


@transaction.atomic
def reconnect(room: Room, *, at: datetime) -> None:
    """Let a room be told again, after somebody did what was needed for it."""
    fresh = _end_waiting(room)
    if fresh is not None:
        fresh.broken_at, fresh.last_error = None, ""
        fresh.save(update_fields=["broken_at", "last_error"])
        refreshing.refresh(fresh, at=at)


def resume(room: Room, *, at: datetime) -> None:
    """Show what has changed while the room's extensions were paused."""
    refreshing.refresh(room, at=at)


@transaction.atomic
def show(room: Room, incident: Incident, *, at: datetime) -> ChatMessage:
    """Show an incident in a room at once, and from then on."""
    message, is_new = room.messages.get_or_create(
        incident=incident,
        defaults={
            "account_id": room.account_id,
            "created_at": at,
            "due_at": at,
            "expires_at": at + queue.KEPT,
        },
    )
    if is_new:
        poke.later(queue.SEND)
    else:
        refreshing.make_due([message.pk], at=at)
    return message


def _end_waiting(room: Room) -> Room | None:
    """End the pause that we made ourselves; one that the chat asked for stays."""
    rows = Room.across_accounts.select_for_update(of=("self",), no_key=True)
    fresh = rows.filter(account=room.account_id, pk=room.pk).first()
    if fresh is not None and fresh.failures:
        fresh.failures, fresh.hold_until = 0, None
        fresh.save(update_fields=["failures", "hold_until"])
    return fresh
