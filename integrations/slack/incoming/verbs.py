"""What a button does at once, and the words for whoever comes too late."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Actor
from incidents import actions, changes, states, wording
from incidents.models import Incident, TimelineEntry
from integrations.slack.layout.actions import MORE_REOPEN
from oncall import moments

DIRECT: Final[dict[str, Callable[..., Incident]]] = {
    "acknowledge": actions.acknowledge,
    "resolve": actions.resolve,
    "escalate": actions.escalate,
    MORE_REOPEN: actions.reopen,
}
# A second press within this time was meant for the same level.
ONE_ESCALATION: Final = timedelta(seconds=15)
# What led to where the incident is, and how that is told to who wanted the same.
_LED: Final = {
    states.TRIGGERED: ("reopen",),
    states.ACKNOWLEDGED: ("acknowledge", "snooze"),
    states.RESOLVED: ("resolve", "auto_resolve", "merged"),
}
_LATE: Final = {
    "acknowledge": (
        gettext_lazy("You acknowledged this %(ago)s ago."),
        gettext_lazy("%(who)s acknowledged this %(ago)s ago."),
    ),
    "snooze": (
        gettext_lazy("You snoozed this %(ago)s ago."),
        gettext_lazy("%(who)s snoozed this %(ago)s ago."),
    ),
    "resolve": (
        gettext_lazy("You resolved this %(ago)s ago."),
        gettext_lazy("%(who)s resolved this %(ago)s ago."),
    ),
    "reopen": (
        gettext_lazy("You reopened this %(ago)s ago."),
        gettext_lazy("%(who)s reopened this %(ago)s ago."),
    ),
    "escalate": (
        gettext_lazy("You escalated this %(ago)s ago; press again if it must go on."),
        gettext_lazy(
            "%(who)s escalated this %(ago)s ago; press again if it must go on."
        ),
    ),
}


def do(what: str, incident: Incident, *, actor: Actor, at: datetime) -> Incident:
    """Do what a button says; raises NotAllowed and NotPermitted, in words."""
    locked = changes.lock(incident)
    require(what, locked, actor=actor, at=at)
    return DIRECT[what](locked, actor=actor, at=at)


def require(what: str, incident: Incident, *, actor: Actor, at: datetime) -> None:
    """Raise NotAllowed where somebody was quicker, with who it was and when."""
    actor.require("respond", of=incident.service)
    if what == "escalate" and (entry := _escalated(incident, at)):
        raise states.NotAllowed(_told(entry, actor, at))
    is_taken = what == "acknowledge" and incident.status == states.ACKNOWLEDGED
    if not is_taken and (what not in states.TRANSITIONS or _may(what, incident)):
        return
    entry = _last(incident, *_LED[incident.status])
    if entry is None:
        # Without anybody's doing; the table has words for it.
        states.after(what, incident.status)
        return
    raise states.NotAllowed(_told(entry, actor, at))


def _may(what: str, incident: Incident) -> bool:
    return states.may(what, incident.status)


def _escalated(incident: Incident, at: datetime) -> TimelineEntry | None:
    """Find an escalation of just now, since which nothing else has happened to it."""
    entry = _last(incident, "escalate")
    if entry is None or entry.at <= at - ONE_ESCALATION:
        return None
    return entry if incident.status == states.TRIGGERED else None


def _last(incident: Incident, *verbs: str) -> TimelineEntry | None:
    rows = incident.timeline.filter(verb__in=verbs).select_related("membership__user")
    return rows.order_by("-id").first()


def _told(entry: TimelineEntry, actor: Actor, at: datetime) -> str:
    ago = moments.duration(max(at - entry.at, timedelta()))
    who = entry.membership.name if entry.membership else entry.name
    if entry.verb not in _LATE or not who:
        return _("%(what)s, %(ago)s ago.") % {
            "what": wording.tell(entry).text,
            "ago": ago,
        }
    is_own = actor.user is not None and entry.membership_id == actor.user.pk
    own, others = _LATE[entry.verb]
    return str(own if is_own else others) % {"who": who, "ago": ago}
