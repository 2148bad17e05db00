"""`/oncall ack`, `resolve`, `note`, `escalate` and `snooze`: verbs of an incident."""

from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents import actions
from incidents.models import Incident
from integrations.slack.commands import answers, finding, protocol, words
from integrations.slack.commands.protocol import Answer, Command, command
from integrations.slack.commands.words import Mistake, Typed
from integrations.slack.incoming import verbs
from integrations.slack.layout import rich

AN_HOUR: Final = timedelta(hours=1)
LONGEST_NOTE: Final = 10_000


@command(
    "ack",
    usage=gettext_lazy("ack [number]"),
    about=gettext_lazy("take an incident on"),
    aliases=("acknowledge",),
)
def acknowledge(command: Command, typed: Typed) -> Answer:
    """Take an incident on."""
    incident, rest = finding.incident(command, typed, "acknowledge")
    _nothing_more(rest)
    done = verbs.do(
        "acknowledge", incident, actor=protocol.actor(command), at=command.at
    )
    if until := done.acknowledgement_expires_at:
        return _done(done, _("is yours; it pages again at"), until)
    return _done(done, _("is yours."))


@command(
    "resolve",
    usage=gettext_lazy("resolve [number] [note]"),
    about=gettext_lazy("end an incident, with a note if you like"),
    aliases=("res", "close"),
)
def resolve(command: Command, typed: Typed) -> Answer:
    """End an incident; what is typed besides its number becomes a note."""
    incident, rest = finding.incident(command, typed, "resolve")
    # Who comes too late learns who was quicker.
    verbs.require("resolve", incident, actor=protocol.actor(command), at=command.at)
    done = actions.resolve(
        incident,
        actor=protocol.actor(command),
        at=command.at,
        note=rest.text[:LONGEST_NOTE],
    )
    return _done(done, _("is resolved."))


@command(
    "note",
    usage=gettext_lazy("note [number] text"),
    about=gettext_lazy("write something on an incident's timeline"),
)
def note(command: Command, typed: Typed) -> Answer:
    """Write a note."""
    incident, rest = finding.incident(command, typed, "add_note")
    done = actions.add_note(
        incident,
        actor=protocol.actor(command),
        at=command.at,
        text=rest.text[:LONGEST_NOTE],
    )
    return _done(done, _("has your note."))


@command(
    "escalate",
    usage=gettext_lazy("escalate [number]"),
    about=gettext_lazy("page the next level now"),
)
def escalate(command: Command, typed: Typed) -> Answer:
    """Page the next level."""
    incident, rest = finding.incident(command, typed, "escalate")
    _nothing_more(rest)
    done = verbs.do("escalate", incident, actor=protocol.actor(command), at=command.at)
    people = ", ".join(
        row.membership.name
        for row in done.assignments.select_related("membership__user")
    )
    told = _("is escalated to level %(level)d: %(people)s.")
    return _done(done, told % {"level": done.level, "people": people})


@command(
    "snooze",
    usage=gettext_lazy("snooze [number] [2h | until 18:00]"),
    about=gettext_lazy("let an incident rest; an hour, if you do not say how long"),
)
def snooze(command: Command, typed: Typed) -> Answer:
    """Let an incident rest for a while."""
    incident, rest = finding.incident(command, typed, "snooze")
    verbs.require("snooze", incident, actor=protocol.actor(command), at=command.at)
    until = _until(rest, at=command.at)
    done = actions.snooze(
        incident, actor=protocol.actor(command), at=command.at, until=until
    )
    return _done(done, _("rests until"), until)


def _until(typed: Typed, *, at: datetime) -> datetime:
    if not typed:
        return at + AN_HOUR
    if typed[0].lower() == "until":
        return words.moment(typed.after(1).text, at=at)
    if typed[0].lower() == "for":
        typed = typed.after(1)
    return at + words.length("".join(typed))


def _nothing_more(typed: Typed) -> None:
    if typed:
        raise Mistake(
            _("I do not understand “%(text)s”; an incident's number is enough.")
            % {"text": typed.text[:100]}
        )


def _done(incident: Incident, said: str, at: datetime | None = None) -> Answer:
    line = [finding.link(incident), rich.text(f" {said}")]
    if at is not None:
        line += [rich.text(" "), rich.moment(at)]
    return answers.of([line])
