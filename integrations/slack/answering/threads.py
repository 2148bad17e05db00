"""Makes notes of what people write below our messages, and follows their changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts import tenancy
from accounts.permissions import Actor, NotPermitted
from incidents import actions, notes, states
from incidents.models import TimelineEntry
from integrations.chat import rooms
from integrations.models import ChatLine, ChatRequest, SlackWorkspace
from integrations.slack.answering import questions, reading, shown, writing
from integrations.slack.answering.shown import Shown
from integrations.slack.answering.writing import Written
from integrations.slack.api import client
from integrations.slack.incoming import callers
from integrations.slack.incoming.callers import Refused, Unknown
from integrations.slack.incoming.rows import Outcome
from integrations.slack.incoming.whispers import Whisper
from integrations.slack.layout import mrkdwn
from integrations.slack.people import linking

# As long as our own pages let a note be.
LONGEST: Final = 10_000
# Slack is asked for the names of so many who are mentioned.
MOST_NAMES: Final = 5


@dataclass(frozen=True, slots=True)
class Heard:
    """What had to be asked of Slack before."""

    names: Mapping[str, str] = field(default_factory=dict)
    unmet: rooms.Failure | None = None


def prepare(request: ChatRequest, *, at: datetime) -> Heard | None:
    """Find out who wrote, and whom they name; None where nothing is noted there."""
    workspace = request.workspace
    written = writing.read(request.payload["event"])
    if written is None or written.caller.user_id == workspace.bot_user_id:
        return None
    with tenancy.scope(request.account):
        found = shown.below(workspace, written.channel, written.thread)
        if found is None or not found.takes_notes:
            return None
        names = _known_names(workspace, written.text)
    unmet = linking.meet(workspace, written.caller, at=at)
    return Heard(_names(workspace, written.text, names), unmet)


def act(request: ChatRequest, heard: Heard | None, *, at: datetime) -> Outcome:
    """Note it, in the account's scope; a refusal is told once a day, in private."""
    workspace = request.workspace
    written = writing.read(request.payload["event"])
    if heard is None or written is None:
        return Outcome()
    found = shown.below(workspace, written.channel, written.thread)
    if found is None:
        return Outcome()
    try:
        actor = callers.actor(workspace, written.caller, anybody=found.anybody)
        _take(found, written, heard, actor, at=at)
    except Unknown:
        if heard.unmet is not None:
            raise heard.unmet from None
        words, blocks = questions.words(workspace), questions.blocks(workspace)
        return _told(workspace, written, words, blocks, at=at)
    except (Refused, NotPermitted, states.NotAllowed) as refusal:
        words = _("This was not noted: %(why)s") % {"why": refusal}
        return _told(workspace, written, words, None, at=at)
    return Outcome()


def _take(
    found: Shown, written: Written, heard: Heard, actor: Actor, *, at: datetime
) -> None:
    text = reading.shortened(reading.plain(written.text, heard.names), LONGEST)
    if written.is_new:
        # A picture alone is no note.
        if text:
            incident = actions.add_note(found.incident, actor=actor, at=at, text=text)
            _remember(found, written, incident.timeline.filter(verb="add_note"), at)
        return
    note = _note(found, written)
    if note is None or note.text == text:
        return
    if text:
        notes.edit(note, actor=actor, at=at, text=text)
        _remember(found, written, found.incident.timeline.filter(verb="edit_note"), at)
    else:
        notes.delete(note, actor=actor, at=at)
        entries = found.incident.timeline.filter(verb="delete_note")
        _remember(found, written, entries, at)


def _note(found: Shown, written: Written) -> notes.Note | None:
    """Find the note that was made of a message, by the instant that is its id."""
    line = found.message.lines.filter(at=instant(written.ts)).order_by("id").first()
    if line is None:
        return None
    entry = found.incident.timeline.filter(pk=line.entry_id, verb="add_note").first()
    return notes.find(found.incident, entry.public_id) if entry else None


def _remember(found: Shown, written: Written, entries: Any, at: datetime) -> None:
    """Say that the thread has it already, so that it is not told there again."""
    entry: TimelineEntry = entries.order_by("-id")[:1].get()
    ChatLine.across_accounts.create(
        account=found.message.account,
        message=found.message,
        entry_id=entry.pk,
        text=str(entry.details.get("text", ""))[:LONGEST],
        at=instant(written.ts),
        sent_at=at,
    )


def instant(ts: str) -> datetime:
    """Read the id of a message, which is the instant at which it was written."""
    seconds, _dot, rest = ts.partition(".")
    at = datetime.fromtimestamp(int(seconds), UTC)
    return at.replace(microsecond=int(f"{rest:0<6}"[:6] or 0))


def _known_names(workspace: SlackWorkspace, text: str) -> dict[str, str]:
    rows = workspace.account.chat_users.filter(
        place=workspace.place, user_id__in=reading.people(text)
    ).select_related("membership__user")
    return {
        row.user_id: row.membership.name if row.membership else row.name
        for row in rows
        if row.membership or row.name
    }


def _names(
    workspace: SlackWorkspace, text: str, known: dict[str, str]
) -> dict[str, str]:
    """Ask Slack who else is mentioned; whom it does not name stays somebody."""
    unknown = [each for each in reading.people(text) if each not in known]
    for user_id in unknown[:MOST_NAMES]:
        try:
            known[user_id] = client.of(workspace).user_info(user_id).name
        except rooms.Refused:
            continue
        except rooms.Failure:
            break
    return known


def _told(
    workspace: SlackWorkspace,
    written: Written,
    words: str,
    blocks: list[dict[str, Any]] | None,
    *,
    at: datetime,
) -> Outcome:
    """Tell who wrote, unless they were told of late: they came here to talk."""
    if questions.was_asked(workspace, written.caller, at=at):
        return Outcome()
    questions.ask(workspace, written.caller, at=at)
    whisper = Whisper(
        written.caller.user_id,
        mrkdwn.escape(words),
        channel=written.channel,
        thread=written.thread,
        blocks=blocks,
    )
    return Outcome([whisper])
