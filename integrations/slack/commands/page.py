"""`/oncall page`: tells people of something that is broken, now."""

from collections.abc import Sequence
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from accounts.models.contact import Urgency
from incidents import actions, responders
from incidents.models import Incident, Service
from integrations.messages import one_line
from integrations.slack.commands import answers, finding, protocol
from integrations.slack.commands.protocol import Answer, Command, command
from integrations.slack.commands.words import Mistake, Typed
from integrations.slack.layout import rich
from oncall.models import EscalationPolicy

LONGEST_TITLE: Final = 1024


@command(
    "page",
    usage=gettext_lazy("page <service, @person or policy> what is broken"),
    about=gettext_lazy("open an incident, and page whoever it says"),
    aliases=("trigger", "alert"),
)
def page(command: Command, typed: Typed) -> Answer:
    """Open an incident of high urgency, or ask somebody to help with the channel's."""
    if not typed:
        raise Mistake(_choose(command))
    person = finding.member(command, typed[0])
    if person is not None:
        return _person(command, person, typed.after(1))
    service, rest = finding.begins_with_name(_services(command), typed)
    if service is not None:
        return _open(command, service, rest)
    return _policy(command, typed) or _likely(command, typed)


def _services(command: Command) -> QuerySet[Service]:
    return finding.services(command).filter(disabled_at=None)


def _person(command: Command, person: Membership, typed: Typed) -> Answer:
    """Page one person: to help here, or with an incident of their own."""
    if incident := finding.of_channel(command):
        return _asked(command, incident, person, typed)
    service, rest = finding.begins_with_name(_services(command), typed)
    return _open(
        command, service or _only(command), rest if service else typed, people=[person]
    )


def _asked(
    command: Command, incident: Incident, person: Membership, typed: Typed
) -> Answer:
    asked = responders.ask(
        incident,
        actor=protocol.actor(command),
        at=command.at,
        people=[person],
        message=typed.text,
    )
    words = _("%(who)s asked %(name)s to help with") % {
        "who": _who(command),
        "name": person.name,
    }
    lines: list[rich.Line] = [[rich.text(f"{words} "), finding.link(incident)]]
    lines += [[rich.text(each)] for each in asked.remarks]
    return answers.of(lines, in_channel=True)


def _policy(command: Command, typed: Typed) -> Answer | None:
    """Page a policy's people; nothing where the words name none."""
    if command.member is None:
        return None
    policies = command.account.escalation_policies.all()
    policy, rest = finding.begins_with_name(policies, typed)
    if policy is None:
        return None
    service, words = finding.begins_with_name(_services(command), rest)
    if service is None:
        service, words = _of_policy(command, policy), rest
    return _open(command, service, words, policy=policy)


def _of_policy(command: Command, policy: EscalationPolicy) -> Service:
    found = list(_services(command).filter(escalation_policy=policy)[:2])
    return found[0] if len(found) == 1 else _only(command)


def _likely(command: Command, typed: Typed) -> Answer:
    """Take the first word for a part of a service's name, if it is of one alone."""
    found = finding.called(_services(command), typed[0])
    if not found:
        raise Mistake(_choose(command, typed[0]))
    service = finding.only(found, typed[0], "")
    return _open(command, service, typed.after(1))


def _open(
    command: Command,
    service: Service,
    typed: Typed,
    *,
    people: Sequence[Membership] = (),
    policy: EscalationPolicy | None = None,
) -> Answer:
    title = one_line(typed.text)[:LONGEST_TITLE]
    if not title:
        raise Mistake(
            _("Say what is broken too: /oncall page “%(name)s” …")
            % {"name": service.name}
        )
    incident = actions.open_incident(
        service,
        actor=protocol.actor(command),
        at=command.at,
        title=title,
        urgency=Urgency.HIGH,
        assignees=people,
        policy=policy,
    )
    return _opened(command, incident)


def _opened(command: Command, incident: Incident) -> Answer:
    """Tell the channel what was opened, and who is told."""
    rows = incident.assignments.select_related("membership__user")
    told = ", ".join(row.membership.name for row in rows)
    words = _("%(who)s opened") % {"who": _who(command)}
    of = _("of %(service)s.") % {"service": incident.service.name}
    if told:
        said = _("Paged now: %(people)s.") % {"people": told}
    else:
        said = _("Nobody could be paged; the owners of the account are told.")
    return answers.of(
        [
            [rich.text(f"{words} "), finding.link(incident), rich.text(f" {of}")],
            [rich.text(said, bold=not told)],
        ],
        in_channel=True,
    )


def _only(command: Command) -> Service:
    """Return the one service that the place is about; raises Mistake."""
    found = list(finding.nearby(command).filter(disabled_at=None)[:2])
    if len(found) != 1:
        raise Mistake(
            _("Say of which service too, after the name.") + " " + _choose(command)
        )
    return found[0]


def _choose(command: Command, name: str = "") -> str:
    """Say what may be chosen."""
    found = list(finding.nearby(command).filter(disabled_at=None)[:11])
    if not found:
        return _("There is no service here of which an incident could be opened.")
    lead = (
        _("No service or policy is called like “%(name)s”.") % {"name": name}
        if name
        else _("Say what is broken: /oncall page <service> what is broken.")
    )
    return f"{lead} " + _("Services: %(names)s.") % {"names": finding.names(found)}


def _who(command: Command) -> str:
    return command.member.name if command.member else protocol.actor(command).name
