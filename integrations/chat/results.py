"""Writes down what came of a step: done, tried again later, or given up."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Value
from django.db.models.functions import Greatest

from accounts import tenancy
from integrations.chat import breaking, refreshing, rooms
from integrations.chat.leases import Leased
from integrations.chat.steps import Doing, Outcome, Step
from integrations.models import ChatMessage, Room, SlackWorkspace

FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=5)
# What we could not do ourselves steps aside for so long.
ASIDE: Final = timedelta(minutes=1)
# The last success of a room and a workspace is known no more exactly.
NOTED_EVERY: Final = timedelta(seconds=1)
LONGEST_WORDS: Final = 300


def settle(step: Step, outcome: Outcome, *, at: datetime) -> None:
    """Write down what came of a step; what another sender has by now is that one's.

    The room is locked before its message, as by everybody.
    """
    leased = step.leased
    _note_workspace(leased.room, outcome, step, at)
    with tenancy.scope(leased.message.account):
        room = (
            Room.across_accounts.select_for_update(of=("self",), no_key=True)
            .select_related("account")
            .filter(pk=leased.room.pk)
            .first()
        )
        message = (
            ChatMessage.across_accounts.select_for_update(no_key=True)
            .filter(pk=leased.message.pk, lease=leased.lease)
            .first()
        )
        if room is None or message is None:
            return
        _release(message, step, at)
        if outcome.failure is None:
            _done(room, message, step, outcome, at)
        else:
            _failed(room, message, step, outcome, at)
        message.save()
        room.save()


def _note_workspace(room: Room, outcome: Outcome, step: Step, at: datetime) -> None:
    """Keep what concerns every room of a workspace, in a transaction of its own.

    Nobody waits in a circle with whoever changes the workspace and its rooms.
    """
    failure, workspace = outcome.failure, room.workspace
    if workspace is None or outcome.is_ours or step.doing == Doing.NOTHING:
        return
    with tenancy.scope(room.account):
        rows = SlackWorkspace.across_accounts.filter(pk=workspace.pk)
        if failure is None and _is_news(workspace, at):
            rows.update(last_success_at=at)
            if _is_failing(workspace):
                _hurry(workspace, room, at)
        elif isinstance(failure, rooms.Unavailable):
            rows.update(last_error_at=at, last_error=str(failure)[:LONGEST_WORDS])
        elif isinstance(failure, rooms.Limited) and failure.is_wide:
            until = at + failure.retry_after
            rows.update(hold_until=Greatest("hold_until", Value(until)))


def _is_news(workspace: SlackWorkspace, at: datetime) -> bool:
    good = workspace.last_success_at
    return good is None or good < at - NOTED_EVERY or _is_failing(workspace)


def _is_failing(workspace: SlackWorkspace) -> bool:
    good, bad = workspace.last_success_at, workspace.last_error_at
    return bad is not None and (good is None or bad >= good)


def _hurry(workspace: SlackWorkspace, room: Room, at: datetime) -> None:
    """Let the other rooms know that the workspace answers again.

    A room that somebody has locked is being written to, and finds out for itself.
    """
    waiting = Room.across_accounts.filter(workspace=workspace.pk, failures__gt=0)
    others = waiting.exclude(pk=room.pk).select_for_update(
        no_key=True, skip_locked=True
    )
    found = list(others.values_list("pk", flat=True))
    Room.across_accounts.filter(pk__in=found).update(hold_until=at)


def _release(message: ChatMessage, step: Step, at: datetime) -> None:
    """Let the message go; something else to do makes it due again."""
    message.lease = message.leased_until = None
    message.due_at = at


def _done(
    room: Room, message: ChatMessage, step: Step, outcome: Outcome, at: datetime
) -> None:
    message.attempts, message.last_error, message.is_uncertain = 0, "", False
    match step.doing:
        case Doing.FIND if outcome.message_id:
            _found(message, step, outcome, at)
        case Doing.POST | Doing.UPDATE:
            message.message_id = outcome.message_id or message.message_id
            message.posted_at = message.posted_at or at
            message.updated_at, message.shown = at, step.digest
        case Doing.REPLY:
            message.lines.filter(pk__in=step.lines).update(sent_at=at)
    if _is_over(message, step):
        message.due_at = message.expires_at = None
    if step.doing != Doing.NOTHING:
        _worked(room, at)


def _found(message: ChatMessage, step: Step, outcome: Outcome, at: datetime) -> None:
    """Go on with the message of an earlier attempt, which shows what was true then."""
    message.message_id, message.posted_at = outcome.message_id, at
    if not rooms.can_update(message.room.kind):
        message.shown = step.digest


def _is_over(message: ChatMessage, step: Step) -> bool:
    """Say whether nothing more is to be done, as far as this sender has seen."""
    if step.doing == Doing.FIND or message.wanted != step.leased.message.wanted:
        return False
    return not message.lines.filter(sent_at=None).exists()


def _worked(room: Room, at: datetime) -> None:
    """Forget earlier failures, and leave the room alone for a moment."""
    was_broken = room.broken_at is not None
    room.hold_until = _later(room, at + rooms.pace(room.kind))
    room.failures, room.broken_at, room.last_error = 0, None, ""
    room.last_success_at = at
    if was_broken:
        refreshing.refresh(room, at=at)


def _failed(
    room: Room, message: ChatMessage, step: Step, outcome: Outcome, at: datetime
) -> None:
    failure = outcome.failure
    words = str(failure)[:LONGEST_WORDS]
    message.last_error = words
    if outcome.is_ours:
        message.is_uncertain = True
        message.due_at = at + ASIDE
        return
    handler = next((h for kind, h in HANDLERS if isinstance(failure, kind)), None)
    (handler or _unavailable)(room, message, step, outcome, at)
    if not isinstance(failure, rooms.Gone):
        room.last_error, room.last_error_at = words, at


def _limited(
    room: Room, message: ChatMessage, step: Step, outcome: Outcome, at: datetime
) -> None:
    """Wait exactly as long as we are asked to; the chat itself works."""
    assert isinstance(outcome.failure, rooms.Limited)  # noqa: S101 - as in HANDLERS
    until = at + max(outcome.failure.retry_after, rooms.pace(room.kind))
    message.is_uncertain = step.leased.message.is_uncertain
    room.failures = 0
    room.hold_until = _later(room, until)


def _unavailable(
    room: Room, message: ChatMessage, step: Step, outcome: Outcome, at: datetime
) -> None:
    failure = outcome.failure
    if step.doing == Doing.POST:
        was_uncertain = step.leased.message.is_uncertain
        message.is_uncertain = was_uncertain or getattr(failure, "is_uncertain", False)
    room.failures += 1
    room.hold_until = _later(room, at + wait(room.failures))


def _broken(
    room: Room, message: ChatMessage, step: Step, outcome: Outcome, at: datetime
) -> None:
    """Keep what waits, and tell those who can do something, once."""
    message.is_uncertain = step.leased.message.is_uncertain
    if message.incident_id is None:
        message.due_at = None
    if room.broken_at is None:
        room.broken_at = at
        room.last_error = str(outcome.failure)[:LONGEST_WORDS]
        breaking.tell(room, at=at)


def _gone(
    room: Room, message: ChatMessage, step: Step, outcome: Outcome, at: datetime
) -> None:
    """Post it anew, as it is then."""
    if step.doing not in (Doing.UPDATE, Doing.REPLY):
        _unavailable(room, message, step, outcome, at)
        return
    message.message_id, message.shown, message.is_uncertain = "", "", False
    room.hold_until = _later(room, at + rooms.pace(room.kind))


def _refused(
    room: Room, message: ChatMessage, step: Step, outcome: Outcome, at: datetime
) -> None:
    """Let it rest until something else happens to its incident."""
    message.is_uncertain = False
    room.failures = 0
    room.hold_until = _later(room, at + rooms.pace(room.kind))
    match step.doing:
        case Doing.REPLY:
            # They would keep those that come after them from being told.
            message.lines.filter(pk__in=step.lines).update(sent_at=at)
        case Doing.UPDATE:
            # Its thread goes on.
            message.shown = step.digest
        case Doing.POST if message.wanted == step.leased.message.wanted:
            message.due_at = None


def put_off(leased: Leased, *, until: datetime) -> None:
    """Let the others of its room go first, without any attempt."""
    with tenancy.scope(leased.message.account):
        rows = leased.message.account.chat_messages.filter(
            pk=leased.message.pk, lease=leased.lease
        )
        rows.update(lease=None, leased_until=None, due_at=until)


def wait(failures: int) -> timedelta:
    """Say how long to wait after so many failures in a row."""
    # Beyond that it is the longest in any case.
    doublings = min(failures - 1, 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def _later(room: Room, until: datetime) -> datetime:
    """Never shorten what the chat has asked for."""
    return max(filter(None, (room.hold_until, until)))


Handler = Callable[[Room, ChatMessage, Step, Outcome, datetime], None]
HANDLERS: Final[tuple[tuple[type[Exception], Handler], ...]] = (
    (rooms.Limited, _limited),
    (rooms.Unavailable, _unavailable),
    (rooms.Broken, _broken),
    (rooms.Gone, _gone),
    (rooms.Refused, _refused),
)
