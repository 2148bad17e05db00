"""What members can ask the bot: /who, /me, /ack, /resolve and /help.

Each is called in the account's scope, and answers in plain words.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Actor, NotPermitted
from incidents import states
from incidents.models import Incident
from incidents.states import ACKNOWLEDGED, TRIGGERED
from integrations import replies
from integrations.messages import one_line
from integrations.telegram.client import KIND
from oncall import overview
from oncall.overview import LevelNow

MOST: Final = 10

Command = Callable[[Membership, str, datetime], str]


def answer(member: Membership, name: str, words: str, at: datetime) -> str:
    """Do what a member typed; this will answer what it does not know with help."""
    return COMMANDS.get(name, _help)(member, words, at)


def _who(member: Membership, words: str, at: datetime) -> str:
    """Say who is on call, by policy and level; of those that are called like that."""
    found = overview.on_call_now(member.account, at)
    named = [each for each in found if not words or each.names(words)]
    if not named:
        return _("There is no such escalation policy.")
    parts = [
        "\n".join([each.policy.name, *map(_level, each.levels)])
        for each in named[:MOST]
    ]
    if len(named) > MOST:
        parts.append(_("There are more: name one, or look in OnCall."))
    return "\n\n".join(parts)


def _level(level: LevelNow) -> str:
    names = [post.membership.name for post in level.posts if post.membership]
    facts = {"level": level.rule.level, "names": ", ".join(names) or _("nobody")}
    return _("Level %(level)d: %(names)s") % facts


def _me(member: Membership, words: str, at: datetime) -> str:
    """List the open incidents of the member."""
    rows = member.account.incidents.filter(
        assignments__membership=member, status__in=[TRIGGERED, ACKNOWLEDGED]
    ).order_by("id")
    found = list(rows[: MOST + 1])
    if not found:
        return _("You have no open incident.")
    return "\n".join([*map(_line, found[:MOST]), *(["…"] if len(found) > MOST else [])])


def _line(incident: Incident) -> str:
    title = one_line(incident.title)[:100]
    return f"#{incident.number} {title} ({incident.get_status_display()})"


def _ack(member: Membership, words: str, at: datetime) -> str:
    return _act("acknowledge", member, words, at)


def _resolve(member: Membership, words: str, at: datetime) -> str:
    return _act("resolve", member, words, at)


def _act(verb: str, member: Membership, words: str, at: datetime) -> str:
    number = words.lstrip("#")
    if not number.isdecimal() or len(number) > 18:
        return _("Say which incident, by its number: 12.")
    rows = member.account.incidents.select_related("service")
    incident: Incident | None = rows.filter(number=int(number)).first()
    if incident is None:
        return _("There is no incident #%(number)s.") % {"number": number}
    try:
        incident = replies.VERBS[verb](incident, actor=Actor(KIND, member), at=at)
    except (states.NotAllowed, NotPermitted) as refusal:
        return str(refusal)
    return _line(incident)


def _help(member: Membership, words: str, at: datetime) -> str:
    return _(
        "/who shows who is on call; /who and a name, only what is called so.\n"
        "/me shows your open incidents.\n"
        "/ack 12 and /resolve 12 acknowledge and resolve an incident.\n"
        "Below incidents there are buttons for the same."
    )


COMMANDS: Final[Mapping[str, Command]] = {
    "who": _who,
    "me": _me,
    "ack": _ack,
    "resolve": _resolve,
}
