"""`/oncall who`: who is on call now, by level, and until when."""

from collections.abc import Iterator, Sequence
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.models import Service
from integrations.slack.commands import answers, finding
from integrations.slack.commands.protocol import Answer, Command, command
from integrations.slack.commands.words import Mistake, Typed
from integrations.slack.layout import rich
from oncall import overview, queries
from oncall.models import EscalationPolicy, Schedule
from oncall.overview import Duty, LevelNow, PolicyNow, Post

MOST_POLICIES: Final = 10


@command(
    "who",
    usage=gettext_lazy("who [service, policy or schedule]"),
    about=gettext_lazy("who is on call now, and until when"),
    aliases=("oncall", "whois"),
)
def who(command: Command, typed: Typed) -> Answer:
    """Say who is on call for what is named, or for what this place is about."""
    if typed:
        return _named(command, typed.text)
    return of_policies(command, _nearby(command))


def of_service(command: Command, service: Service) -> Answer:
    """Say who is on call for one service."""
    policies = command.account.escalation_policies
    return of_policies(command, policies.filter(pk=service.escalation_policy_id))


def of_policies(command: Command, found: QuerySet[EscalationPolicy]) -> Answer:
    """Say who is on call for each of some policies."""
    rows = list(queries.with_levels(found)[: MOST_POLICIES + 1])
    if not rows:
        return answers.plain(_("There is no escalation policy here yet."))
    shown = overview.policies_now(command.account, rows[:MOST_POLICIES], command.at)
    parts = [list(_policy(policy)) for policy in shown]
    if len(rows) > MOST_POLICIES:
        parts.append([[rich.text(_("There are more: name one, or look in OnCall."))]])
    return answers.parts(*parts)


def _nearby(command: Command) -> QuerySet[EscalationPolicy]:
    used = finding.nearby(command).values("escalation_policy")
    rows = command.account.escalation_policies.order_by("name", "id")
    # Members see policies too that no service uses yet.
    own = rows.filter(pk__in=used)
    return own if command.member is None or own.exists() else rows


def _named(command: Command, name: str) -> Answer:
    services = finding.called(finding.services(command), name)
    policies, schedules = _of_members(command, name)
    exact = [
        row
        for row in (*services, *policies, *schedules)
        if row.name.lower() == name.lower()
    ]
    found = exact or [*services, *policies, *schedules]
    if not found:
        raise Mistake(
            _("Nothing is called like “%(name)s”: no service, policy or schedule.")
            % {"name": name}
        )
    ids = {row.escalation_policy_id for row in found if row in services}
    ids |= {row.pk for row in found if row in policies}
    parts = _schedules(command, [row.pk for row in found if row in schedules])
    if not ids:
        return answers.parts(*parts)
    rows = command.account.escalation_policies.filter(pk__in=ids).order_by("name")
    said = of_policies(command, rows)
    if not parts:
        return said
    more = answers.parts(*parts)
    return Answer(
        f"{said.text}\n\n{more.text}", [*(said.blocks or ()), *(more.blocks or ())]
    )


def _of_members(command: Command, name: str) -> tuple[list[object], list[object]]:
    """Find policies and schedules, which only members may look at by name."""
    if command.member is None:
        return [], []
    policies = finding.called(command.account.escalation_policies.all(), name)
    return policies, finding.called(command.account.schedules.all(), name)


def _schedules(command: Command, ids: Sequence[int]) -> list[list[rich.Line]]:
    found = overview.duties_now(command.account, ids, command.at) if ids else {}
    return [
        [_title("schedule", duty.schedule), _schedule(duty)] for duty in found.values()
    ]


def _policy(shown: PolicyNow) -> Iterator[rich.Line]:
    yield _title("escalation_policy", shown.policy)
    for level in shown.levels:
        yield _level(level)
    if not shown.levels:
        yield [rich.text(_("It has no levels."))]


def _title(page: str, row: EscalationPolicy | Schedule) -> rich.Line:
    address = finding.address(page, row.public_id)
    return [rich.link(address, str(row), bold=True)]


def _level(level: LevelNow) -> rich.Line:
    line = [rich.text(_("Level %(level)d:") % {"level": level.rule.level} + " ")]
    for place, post in enumerate(level.posts):
        line += [rich.text(", ")] if place else []
        line += _post(post)
    if not level.posts:
        line.append(rich.text(_("nobody")))
    if level.rule.is_round_robin:
        line.append(rich.text(" " + _("(one of them, in turns)")))
    return line


def _post(post: Post) -> list[rich.Element]:
    who = post.membership.name if post.membership else _("nobody")
    if post.duty is None:
        return [rich.text(who)]
    about = f"{who} ({post.duty.schedule.name})"
    return [rich.text(about), *_until(post.duty)]


def _schedule(duty: Duty) -> rich.Line:
    who = duty.membership.name if duty.membership else _("nobody")
    line = [rich.text(who), *_until(duty)]
    if duty.next_membership is not None:
        then = _("then %(name)s") % {"name": duty.next_membership.name}
        line.append(rich.text(f", {then}"))
    return line


def _until(duty: Duty) -> list[rich.Element]:
    if duty.until is None:
        return []
    return [rich.text(" " + _("until") + " "), rich.moment(duty.until)]
