"""One step towards a room that shows what is true: what it is, and what came of it.

A step is one call of the chat at most, so that the pace of a room is kept and a
failure leaves no doubt about what was done before.
"""

import logging
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import tenancy
from integrations.chat import cards, rooms
from integrations.chat.cards import Card
from integrations.chat.leases import Leased
from integrations.chat.rooms import Failure
from integrations.models import ChatLine, ChatMessage
from oncall import moments

logger = logging.getLogger(__name__)

# So many lines are one reply, as long as that.
MOST_LINES: Final = 20
LONGEST: Final = 3000
# A line that is told so late says when it was.
LATE: Final = timedelta(minutes=1)


class Doing(StrEnum):
    """What there is to do next."""

    FIND = "find"
    POST = "post"
    UPDATE = "update"
    REPLY = "reply"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Step:
    """What a sender does with a leased message, and all that it needs for it."""

    leased: Leased
    doing: Doing
    card: Card
    digest: str
    # Lines of the timeline that a reply tells, and how.
    lines: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a step: done, where there is no failure."""

    failure: Failure | None = None
    # The chat's id of a message that was posted or found.
    message_id: str = ""
    # We failed ourselves, and nobody else is to blame.
    is_ours: bool = False


def next_of(leased: Leased, *, at: datetime) -> Step:
    """Read how things are now and say what is to be done, in the account's scope."""
    message = leased.message
    with timezone.override(ZoneInfo(message.account.time_zone)):
        card = cards.of(message, source=_source(message))
        digest = card.digest
        doing = _doing(message, digest)
        if doing != Doing.NOTHING:
            return Step(leased, doing, card, digest)
        lines = _lines(message)
        doing = Doing.REPLY if lines else Doing.NOTHING
        return Step(
            leased,
            doing,
            card,
            digest,
            lines=tuple(line.pk for line in lines),
            texts=tuple(_text(line, at) for line in lines),
        )


def take(step: Step) -> Outcome:
    """Do it; this will never raise, and keeps secrets of addresses out of the log."""
    try:
        return Outcome(message_id=_take(step))
    except Failure as failure:
        return Outcome(failure=failure)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        logger.error(
            "Could not %s chat message %s: %s in %s line %s",
            step.doing,
            step.leased.message.pk,
            type(error).__name__,
            where.name,
            where.lineno,
        )
        return Outcome(failure=Failure(_("We failed ourselves.")), is_ours=True)


def _take(step: Step) -> str:
    room, message = step.leased.room, step.leased.message
    chat = rooms.of(room)
    match step.doing:
        case Doing.FIND:
            return chat.find(room, step.card)
        case Doing.POST:
            return chat.post(room, step.card)
        case Doing.UPDATE:
            chat.update(room, message.message_id, step.card)
        case Doing.REPLY:
            chat.reply(room, message.message_id, step.texts)
    return ""


def _source(message: ChatMessage) -> str:
    """Name the extension for which it is there, or else the workspace."""
    with tenancy.scope(message.account):
        rows = message.account.extensions.filter(room=message.room_id)
        names = rows.order_by("paused_at", "id").values_list("name", flat=True)
        found = names.filter(paused_at=None).first() or names.first()
    return str(found or message.room.workspace or message.room)


def _doing(message: ChatMessage, digest: str) -> Doing:
    if message.shown == digest and message.message_id:
        return Doing.NOTHING
    if not message.message_id:
        return Doing.FIND if message.is_uncertain else Doing.POST
    can_update = rooms.can_update(message.room.kind)
    return Doing.UPDATE if can_update else Doing.POST


def _lines(message: ChatMessage) -> Sequence[ChatLine]:
    """Choose the next lines that fit into one reply."""
    with tenancy.scope(message.account):
        waiting = message.lines.filter(sent_at=None).order_by("id")[:MOST_LINES]
        found: list[ChatLine] = []
        length = 0
        for line in waiting:
            length += len(line.text)
            if found and length > LONGEST:
                break
            found.append(line)
    return found


def _text(line: ChatLine, at: datetime) -> str:
    if at - line.at < LATE:
        return line.text
    return f"{moments.absolute(line.at, now=at)}: {line.text}"
