"""`/oncall override`: somebody takes a part of a schedule."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from integrations.slack.commands import answers, finding, protocol, words
from integrations.slack.commands.protocol import Answer, Command, command
from integrations.slack.commands.words import Mistake, Typed
from integrations.slack.layout import rich
from oncall import coverage, overrides, planning, queries, schedules
from oncall.coverage import Concern
from oncall.models import Schedule

KEYWORDS: Final = ("from", "for", "until")
# How much of a long override is looked at for what it covers and what is wrong.
MOST_LOOKED_AT: Final = timedelta(days=31)
MOST_CONCERNS: Final = 3


@dataclass(frozen=True, slots=True)
class _Wish:
    """Who takes which schedule, and when."""

    schedule: Schedule
    membership: Membership
    start: datetime
    end: datetime


@command(
    "override",
    usage=gettext_lazy(
        "override <schedule> [@person or me] [from 18:00] for 2h, or until 20:00"
    ),
    about=gettext_lazy(
        "put somebody on call for a while; yourself, if you name nobody"
    ),
    aliases=("cover", "take"),
    for_members=True,
)
def override(command: Command, typed: Typed) -> Answer:
    """Put somebody on call for a period of a schedule, and tell the channel."""
    wish = _read(command, typed)
    end = min(wish.end, wish.start + MOST_LOOKED_AT)
    saved = queries.load(command.account, [wish.schedule.pk], wish.start, end)
    now = saved[wish.schedule.pk]
    before = _before(command, now, wish, end)
    made = overrides.create(
        wish.schedule,
        actor=protocol.actor(command),
        at=command.at,
        membership=wish.membership,
        starts_at=wish.start,
        ends_at=wish.end,
    )
    planned = planning.overridden(
        now, schedules.Override(made.starts_at, made.ends_at, wish.membership.pk)
    )
    subject = coverage.Subject(command.account, planned, wish.start, end, wish.schedule)
    found = coverage.concerns(subject)[:MOST_CONCERNS]
    lines = [_said(wish), *before, *([rich.text(_concern(each))] for each in found)]
    return answers.of(lines, in_channel=True)


def _read(command: Command, typed: Typed) -> _Wish:
    if not typed:
        raise Mistake(_how())
    schedule, rest = _schedule(command, typed)
    person = finding.member(command, rest[0]) if rest else None
    rest = rest.after(1) if person else rest
    parts = _parts(rest)
    start = command.at.replace(microsecond=0)
    if "from" in parts:
        start = words.moment(parts["from"], at=command.at)
    if ("for" in parts) == ("until" in parts):
        raise Mistake(_how())
    if "for" in parts:
        end = start + words.length("".join(parts["for"].split()))
    else:
        end = words.moment(parts["until"], at=start)
    return _Wish(schedule, person or protocol.member(command), start, end)


def _schedule(command: Command, typed: Typed) -> tuple[Schedule, Typed]:
    rows = command.account.schedules.all()
    schedule, rest = finding.begins_with_name(rows, typed)
    if schedule is not None:
        return schedule, rest
    found = finding.called(rows, typed[0])
    none = _("No schedule is called like “%(name)s”.")
    if not found and (every := list(rows.order_by("name")[: finding.MOST_NAMED + 1])):
        raise Mistake(
            none % {"name": typed[0]}
            + " "
            + _("Schedules: %(names)s.") % {"names": finding.names(every)}
        )
    return finding.only(found, typed[0], none), typed.after(1)


def _parts(typed: Typed) -> dict[str, str]:
    """Take "from 18:00 for 2h" apart; raises Mistake for anything else."""
    starts = [place for place, word in enumerate(typed) if word.lower() in KEYWORDS]
    if starts[:1] != [0]:
        raise Mistake(_how())
    ends = [*starts[1:], len(typed)]
    found = {
        typed[start].lower(): " ".join(list(typed)[start + 1 : end])
        for start, end in zip(starts, ends, strict=True)
    }
    if len(found) != len(starts):
        raise Mistake(_how())
    return found


def _how() -> str:
    return _(
        "Say which schedule, who and how long: /oncall override Primary me for 2h, or"
        " /oncall override Primary @alice from 18:00 until 20:00."
    )


def _before(
    command: Command, saved: schedules.Schedule, wish: _Wish, end: datetime
) -> Iterator[rich.Line]:
    """Say who would have been on call."""
    shifts = queries.shifts(command.account, saved, wish.start, end)
    names = dict.fromkeys(
        shift.membership.name for shift in shifts if shift.membership != wish.membership
    )
    if names:
        said = _("Instead of: %(names)s.") % {"names": ", ".join(names)}
        yield [rich.text(said)]
    elif shifts:
        said = _("%(name)s was on call then already.") % {"name": wish.membership.name}
        yield [rich.text(said)]


def _said(wish: _Wish) -> rich.Line:
    address = finding.address("schedule", wish.schedule.public_id)
    return [
        rich.text(wish.membership.name, bold=True),
        rich.text(" " + _("is on call for") + " "),
        rich.link(address, wish.schedule.name, bold=True),
        rich.text(" " + _("from") + " "),
        rich.moment(wish.start),
        rich.text(" " + _("until") + " "),
        rich.moment(wish.end),
        rich.text("."),
    ]


def _concern(concern: Concern) -> str:
    """Say what is wrong with it all the same, in the words of the schedule's page."""
    facts = {
        "name": concern.membership.name if concern.membership else "",
        "other": concern.schedule.name if concern.schedule else "",
    }
    if concern.kind == "unreachable":
        words = _("%(name)s has no working contact method, so no page arrives.")
    elif concern.kind == "double":
        words = _("%(name)s is on call for %(other)s at the same time.")
    elif concern.kind == "left":
        words = _("%(name)s has left the account, so nobody is paged.")
    elif concern.kind == "overlap":
        words = _("It overlaps another override; this one counts, as the later.")
    else:
        words = _("Nobody is on call for a part of it.")
    return f"\N{WARNING SIGN} {words % facts}"
