"""What is meant by a command's words: services, people, incidents.

A member may look at all of the account. Somebody who may act only because an
extension lets anybody sees and does what that extension is about, and nothing else.
"""

from collections.abc import Sequence
from typing import Any, Final, Protocol

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership
from incidents import states
from incidents.models import Incident, Service
from incidents.queries.listing import OPEN
from integrations.chat import people
from integrations.messages import one_line
from integrations.models import ExtendedService, Extension
from integrations.slack.commands.protocol import Command
from integrations.slack.commands.words import Mistake, Typed, number, person
from integrations.slack.layout import mrkdwn, rich

MOST_NAMED: Final = 10
# A name may have so many words without quotes.
LONGEST_NAME: Final = 8
LONGEST_TITLE: Final = 200


class Named(Protocol):
    """Anything that people call by a name."""

    name: str


def extensions(command: Command) -> list[Extension]:
    """List what shows incidents in the channel of the command."""
    return list(
        command.account.extensions.filter(
            room__kind="slack",
            room__workspace=command.workspace,
            room__channel_id=command.channel_id,
        )
    )


def covered(found: Sequence[Extension]) -> Q:
    """Choose the services of extensions."""
    if any(each.scope == Extension.Scope.ACCOUNT for each in found):
        return Q()
    services = ExtendedService.across_accounts.filter(extension__in=list(found))
    teams = [each.team_id for each in found if each.team_id is not None]
    return Q(pk__in=services.values("service")) | Q(team__in=teams)


def services(command: Command) -> QuerySet[Service]:
    """List the services that somebody may ask of and act upon."""
    rows = command.account.services.select_related("escalation_policy")
    if command.member is not None:
        return rows
    found = extensions(command)
    lets = [each for each in found if each.anybody_may_act and not each.is_paused]
    return rows.filter(covered(lets))


def nearby(command: Command) -> QuerySet[Service]:
    """List the services that the channel is about, or else the person's teams.

    Where neither says anything, this will list all that they may see.
    """
    rows = services(command)
    here = extensions(command)
    if here and not any(each.scope == Extension.Scope.ACCOUNT for each in here):
        return rows.filter(covered(here))
    if not here and (incident := of_channel(command)):
        return rows.filter(pk=incident.service_id)
    if command.member is not None and (teams := list(command.member.parts)):
        own = rows.filter(team__in=teams)
        return own if own.exists() else rows
    return rows


def begins_with_name(
    rows: QuerySet[Any], typed: Typed
) -> tuple[Any, Typed] | tuple[None, Typed]:
    """Find what the words begin with, by its whole name, and the words after it."""
    starts = [
        (" ".join(list(typed)[:count]).lower(), count)
        for count in range(1, min(len(typed), LONGEST_NAME) + 1)
    ]
    named = rows.alias(lower=Lower("name")).filter(lower__in=[s for s, _c in starts])
    by_name = {row.name.lower(): row for row in named[: LONGEST_NAME + 1]}
    for start, count in reversed(starts):
        if start in by_name:
            return by_name[start], typed.after(count)
    return None, typed


def called(rows: QuerySet[Any], name: str) -> list[Any]:
    """Find what is called like that, by all of the name, its beginning or a part."""
    found = list(rows.filter(name__icontains=name)[: 5 * MOST_NAMED])
    wanted = name.lower()
    exact = [row for row in found if row.name.lower() == wanted]
    starts = [row for row in found if row.name.lower().startswith(wanted)]
    return exact or starts or found


def only(found: Sequence[Any], name: str, none: str) -> Any:
    """Return the one that was found; raises Mistake for none, in words, and many."""
    if not found:
        raise Mistake(none % {"name": name})
    if len(found) > 1:
        raise Mistake(
            _("Several are called like “%(name)s”: %(names)s. Say which, in quotes.")
            % {"name": name, "names": names(found)}
        )
    return found[0]


def names(found: Sequence[Named]) -> str:
    """Name things, the first of them if they are many."""
    shown = [f"“{each.name}”" for each in found[:MOST_NAMED]]
    return ", ".join(shown) + ("…" if len(found) > MOST_NAMED else "")


def member(command: Command, word: str) -> Membership | None:
    """Find whom a word names: a person of Slack, or oneself.

    None where it names no person; raises Mistake for one whom we do not know.
    """
    if word.lower() == "me" and command.member is not None:
        return command.member
    if not (user_id := person(word)):
        return None
    user = people.known(command.account, command.workspace.place, user_id)
    if user is None or user.membership is None:
        raise Mistake(
            _(
                "OnCall does not know which member %(name)s is. They can link their"
                " Slack account on their profile, or an admin can."
            )
            % {"name": Typed(word, ((word, 0),)).text}
        )
    found: Membership = user.membership
    return found


def incidents(command: Command) -> QuerySet[Incident]:
    """List the incidents that somebody may ask of and act upon."""
    rows = command.account.incidents.select_related("service", "priority")
    if command.member is not None:
        return rows
    return rows.filter(service__in=services(command).values("pk"))


def incident(command: Command, typed: Typed, verb: str) -> tuple[Incident, Typed]:
    """Find the incident that is meant, and the words after it.

    By its number; or it is the channel's own, or the only one of the person's to which
    the verb applies. Raises Mistake.
    """
    wanted = number(typed[0]) if typed else None
    if wanted is not None:
        found = incidents(command).filter(number=wanted).first()
        if found is None:
            raise Mistake(_("There is no incident #%(number)d.") % {"number": wanted})
        return found, typed.after(1)
    return of_channel(command) or _own(command, verb), typed


def of_channel(command: Command) -> Incident | None:
    """Find the incident that the channel was made for."""
    return (
        incidents(command)
        .filter(
            rooms__kind="slack",
            rooms__workspace=command.workspace,
            rooms__channel_id=command.channel_id,
        )
        .first()
    )


def link(found: Incident) -> rich.Element:
    """Name an incident, with a link to its page."""
    words = f"#{found.number} {mrkdwn.cut(one_line(found.title), LONGEST_TITLE)}"
    return rich.link(address("incident", found.number), words, bold=True)


def address(page: str, of: object) -> str:
    """Return the whole address of a page."""
    return f"{settings.SITE_URL}{reverse(page, args=[of])}"


def _own(command: Command, verb: str) -> Incident:
    if command.member is None:
        raise Mistake(_("Say which incident, by its number: #12."))
    mine = incidents(command).filter(
        status__in=OPEN, assignments__membership=command.member
    )
    found = [
        each
        for each in mine.order_by("-id")[:MOST_NAMED]
        if states.may(verb, each.status) and not _is_done(verb, each)
    ]
    if not found:
        raise Mistake(
            _("No incident of yours waits for that. Say which, by its number: #12.")
        )
    if len(found) > 1:
        numbers = ", ".join(f"#{each.number}" for each in found)
        raise Mistake(
            _("You have several: %(numbers)s. Say which, by its number.")
            % {"numbers": numbers}
        )
    return found[0]


def _is_done(verb: str, found: Incident) -> bool:
    return verb == "acknowledge" and found.status == states.ACKNOWLEDGED
