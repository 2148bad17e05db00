"""Takes what is due for rooms: one at a time of each, fairly between workspaces."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from accounts import tenancy
from integrations.models import ChatMessage, Room

# How long a sender may have a message before another one takes it: longer than the
# slowest chat, and name server, may be.
LEASE = timedelta(seconds=60)
# Of one workspace so many rooms are written to at a time; of one that fails only one.
SLOTS = 4

# Whether a room is told what its own messages have to say. A test goes anyway: what
# it is for is to find out.
IS_OPEN = """(m.incident_id IS NULL OR (r.broken_at IS NULL
    AND (r.incident_id IS NOT NULL OR EXISTS (
        SELECT 1 FROM integrations_extension e
        WHERE e.room_id = r.id AND e.paused_at IS NULL))))"""
DUE = f"""
    WITH busy AS (
        SELECT room_id FROM integrations_chatmessage
        WHERE due_at IS NOT NULL AND leased_until > %(at)s
    ), waiting AS (
        SELECT room_id, min(due_at) AS due_at FROM integrations_chatmessage
        WHERE due_at <= %(at)s GROUP BY room_id
    ), rooms AS (
        SELECT r.id, w.due_at, s.id AS workspace_id,
            coalesce('workspace ' || s.id, r.kind || ' ' || r.account_id) AS place,
            coalesce(s.last_error_at > s.last_success_at,
                s.last_error_at IS NOT NULL) AS is_place_failing,
            r.failures > 0 AS is_room_failing
        FROM waiting w JOIN integrations_room r ON r.id = w.room_id
        LEFT JOIN integrations_slackworkspace s ON s.id = r.workspace_id
        WHERE (r.hold_until IS NULL OR r.hold_until <= %(at)s)
            AND (s.hold_until IS NULL OR s.hold_until <= %(at)s)
            AND NOT EXISTS (SELECT 1 FROM busy WHERE busy.room_id = r.id)
            AND EXISTS (
                SELECT 1 FROM integrations_chatmessage m
                WHERE m.room_id = r.id AND m.due_at <= %(at)s AND {IS_OPEN})
    ), taken AS (
        SELECT coalesce('workspace ' || r.workspace_id, r.kind || ' ' || r.account_id)
            AS place, count(*) AS count
        FROM busy JOIN integrations_room r ON r.id = busy.room_id GROUP BY 1
    ), turns AS (
        SELECT rooms.*, row_number() OVER (
                PARTITION BY rooms.place ORDER BY is_room_failing, due_at, id) AS turn,
            CASE WHEN is_place_failing THEN 1 ELSE %(slots)s END
                - coalesce(taken.count, 0) AS slots,
            is_room_failing OR is_place_failing AS is_failing
        FROM rooms LEFT JOIN taken ON taken.place = rooms.place
    ), ranked AS (
        SELECT id, turn, due_at, is_failing, row_number() OVER (
            PARTITION BY is_failing ORDER BY turn, due_at, id) AS rank
        FROM turns WHERE turn <= slots
    )
    SELECT id, is_failing FROM ranked WHERE rank <= CASE WHEN is_failing
        THEN %(failing)s ELSE %(limit)s END
    ORDER BY rank, is_failing, id LIMIT %(limit)s
"""  # noqa: S608 - made of constants
# Whoever has the row decides for the room; the rest comes when it is let go.
ROOMS = """
    SELECT id FROM integrations_room WHERE id = ANY (%(ids)s)
    FOR NO KEY UPDATE SKIP LOCKED
"""
# A statement of its own, so that it sees what was leased before the rooms were ours.
# A lease that nobody ended means that nobody knows what came of it.
# Materialized, for a join might choose a second one of the same room.
LOCK = f"""
    WITH next AS MATERIALIZED (
        SELECT own.id FROM integrations_room r CROSS JOIN LATERAL (
            SELECT m.id FROM integrations_chatmessage m
            WHERE m.room_id = r.id AND m.due_at <= %(at)s AND {IS_OPEN}
            ORDER BY m.incident_id IS NOT NULL, m.due_at, m.id
            LIMIT 1 FOR UPDATE SKIP LOCKED
        ) AS own
        WHERE r.id = ANY (%(ids)s)
            AND (r.hold_until IS NULL OR r.hold_until <= %(at)s)
            AND NOT EXISTS (
                SELECT 1 FROM integrations_chatmessage b
                WHERE b.room_id = r.id AND b.due_at IS NOT NULL
                    AND b.leased_until > %(at)s)
    )
    UPDATE integrations_chatmessage c SET lease = gen_random_uuid(),
        is_uncertain = c.is_uncertain OR c.lease IS NOT NULL,
        leased_until = %(until)s, due_at = %(until)s, attempts = c.attempts + 1
    FROM next WHERE c.id = next.id
    RETURNING c.id, c.lease
"""  # noqa: S608 - made of constants


@dataclass(frozen=True, slots=True)
class Leased:
    """A message that one sender has, and its room."""

    message: ChatMessage
    room: Room
    lease: uuid.UUID
    # Its room or its workspace failed the last time.
    is_failing: bool


def lease(at: datetime, *, limit: int, failing: int) -> list[Leased]:
    """Take messages that are due, at most so many of rooms that fail."""
    if limit <= 0:
        return []
    with tenancy.all_accounts():
        rooms = _due(at, limit=limit, failing=failing)
        return _complete(_lock(list(rooms), at=at), rooms)


def _due(at: datetime, *, limit: int, failing: int) -> dict[int, bool]:
    given: dict[str, datetime | int] = {
        "at": at,
        "slots": SLOTS,
        "limit": limit,
        "failing": failing,
    }
    with connection.cursor() as cursor:
        cursor.execute(DUE, given)
        return dict(cursor.fetchall())


def _lock(rooms: list[int], *, at: datetime) -> dict[int, uuid.UUID]:
    if not rooms:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(ROOMS, {"ids": rooms})
        ours = [row[0] for row in cursor.fetchall()]
        cursor.execute(LOCK, {"ids": ours, "at": at, "until": at + LEASE})
        return dict(cursor.fetchall())


def _complete(found: dict[int, uuid.UUID], is_failing: dict[int, bool]) -> list[Leased]:
    if not found:
        return []
    rows = ChatMessage.across_accounts.filter(pk__in=found)
    rows = rows.select_related("account", "room__account", "room__workspace")
    return [
        Leased(
            message=row,
            room=row.room,
            lease=found[row.pk],
            is_failing=is_failing[row.room_id],
        )
        for row in rows.order_by("due_at", "id")
    ]
