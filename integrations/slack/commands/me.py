"""`/oncall me`: one's incidents, one's shifts, and whether pages arrive."""

from datetime import timedelta
from typing import Final

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import readiness
from accounts.models import Membership
from incidents.queries.listing import OPEN
from integrations.slack.commands import answers, finding, listing, protocol
from integrations.slack.commands.protocol import Answer, Command, command
from integrations.slack.commands.words import Typed
from integrations.slack.layout import rich
from oncall import my_shifts
from oncall.my_shifts import MyShift

AHEAD: Final = timedelta(days=28)
MOST_INCIDENTS, MOST_SHIFTS = 10, 5


@command(
    "me",
    usage=gettext_lazy("me"),
    about=gettext_lazy("your incidents, your shifts, and whether pages reach you"),
    aliases=("mine",),
    for_members=True,
)
def me(command: Command, typed: Typed) -> Answer:
    """Say what matters to the person."""
    member = protocol.member(command)
    return answers.parts(
        _incidents(command, member), _shifts(command, member), _ready(command, member)
    )


def _incidents(command: Command, member: Membership) -> list[rich.Line]:
    rows = finding.incidents(command).filter(
        status__in=OPEN, assignments__membership=member
    )
    found = list(rows.order_by("-id")[: MOST_INCIDENTS + 1])
    if not found:
        return [[rich.text(_("No open incident is yours."), bold=True)]]
    lines: list[rich.Line] = [[rich.text(_("Your open incidents"), bold=True)]]
    lines += [listing.line(each) for each in found[:MOST_INCIDENTS]]
    if len(found) > MOST_INCIDENTS:
        lines.append([rich.text(_("There are more in OnCall."))])
    return lines


def _shifts(command: Command, member: Membership) -> list[rich.Line]:
    rows = my_shifts.rows(command.account, member, command.at, command.at + AHEAD)
    found = my_shifts.in_order(rows)[:MOST_SHIFTS]
    if not found:
        words = _("You are not on call by a schedule in the next four weeks.")
        return [[rich.text(words, bold=True)]]
    lines = [_shift(shift, command) for shift in found]
    return [[rich.text(_("Your shifts"), bold=True)], *lines]


def _shift(shift: MyShift, command: Command) -> rich.Line:
    is_now = shift.entry.start <= command.at
    line = [rich.text(f"{shift.schedule.name}: ")]
    if is_now:
        line.append(rich.text(_("now"), bold=True))
    else:
        line += [rich.text(_("from") + " "), rich.moment(shift.entry.start)]
    if not shift.entry.endless:
        line += [rich.text(" " + _("until") + " "), rich.moment(shift.entry.end)]
    return line


def _ready(command: Command, member: Membership) -> list[rich.Line]:
    prefetch_related_objects([member], "contact_methods", "notification_rules")
    found = readiness.findings(member, command.at)
    serious = [each for each in found if each.tone != "info"]
    words = [str(each.words) for each in serious or found]
    if not serious:
        lines = [[rich.text(_("Pages reach you."), bold=True)]]
    else:
        lines = [[rich.text(_("Pages may not reach you:"), bold=True)]]
    return [
        *lines,
        *([rich.text(each)] for each in words),
        [rich.link(answers.profile(), _("Change how pages reach you"))],
    ]
