"""What the buttons of the responder page do: each is one verb with what was typed."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, Membership
from accounts.models.people import Role
from accounts.permissions import Actor
from incidents import actions, changes, responders, states
from incidents.models import Incident, Responder, TimelineEntry

Given = Mapping[str, str]

SNOOZES = {
    30: gettext_lazy("30 minutes"),
    60: gettext_lazy("1 hour"),
    240: gettext_lazy("4 hours"),
    480: gettext_lazy("8 hours"),
    1440: gettext_lazy("1 day"),
}
# How many people the page offers; more would make it heavy on a slow network.
MOST_PEOPLE = 100
# A button of this old page would page somebody for a state that is no more.
NEED_FRESH_EYES = {"escalate", "decline", "reassign", "unacknowledge", "reopen"}
SAME_NOTE = timedelta(minutes=1)
UNDO = {"acknowledge": "unacknowledge", "snooze": "unacknowledge", "resolve": "reopen"}


def respond(
    verb: str, incident: Incident, *, actor: Actor, at: datetime, given: Given
) -> TimelineEntry:
    """Do what the button says, inside the account's scope.

    This will return what was written on the timeline; raises states.NotAllowed or
    permissions.NotPermitted.
    """
    act = _RESPONSES.get(verb)
    if act is None:
        raise states.NotAllowed(_("Choose one of the buttons."))
    actor.require("respond", of=incident.service)
    incident = changes.lock(incident)
    if verb in NEED_FRESH_EYES and given.get("seen") != seen(incident):
        raise states.NotAllowed(
            _("The incident has changed since you opened this page. Look again first.")
        )
    act(incident, actor, at, given)
    entry = incident.timeline.filter(membership=actor.user, via=actor.via).first()
    if entry is None:
        raise states.NotAllowed(_("Nothing was changed."))
    return entry


def seen(incident: Incident) -> str:
    """Name the state that a page shows, for the buttons that need fresh eyes."""
    return f"{incident.episode}-{incident.status}"


def undo_of(done: TimelineEntry | None, incident: Incident) -> str:
    """Return the verb that takes back what was done, if it still can be."""
    verb = UNDO.get(done.verb, "") if done else ""
    return verb if verb and states.may(verb, incident.status) else ""


def people(account: Account, member: Membership) -> list[Membership]:
    """List those to whom the member may pass an incident on."""
    found = account.memberships.select_related("user").exclude(pk=member.pk)
    able = found.filter(deactivated_at=None, user__is_active=True)
    return list(able.exclude(role=Role.OBSERVER)[:MOST_PEOPLE])


def _acknowledge(incident: Incident, actor: Actor, at: datetime, given: Given) -> None:
    actions.acknowledge(incident, actor=actor, at=at)


def _unacknowledge(
    incident: Incident, actor: Actor, at: datetime, given: Given
) -> None:
    actions.unacknowledge(incident, actor=actor, at=at)


def _resolve(incident: Incident, actor: Actor, at: datetime, given: Given) -> None:
    actions.resolve(incident, actor=actor, at=at)


def _reopen(incident: Incident, actor: Actor, at: datetime, given: Given) -> None:
    actions.reopen(incident, actor=actor, at=at)


def _escalate(incident: Incident, actor: Actor, at: datetime, given: Given) -> None:
    actions.escalate(incident, actor=actor, at=at)


def _decline(incident: Incident, actor: Actor, at: datetime, given: Given) -> None:
    actions.add_note(incident, actor=actor, at=at, text=_("I can't take this."))
    actions.escalate(incident, actor=actor, at=at)


def _snooze(incident: Incident, actor: Actor, at: datetime, given: Given) -> None:
    minutes = given.get("minutes", "")
    if not minutes.isdecimal() or int(minutes) not in SNOOZES:
        raise states.NotAllowed(_("Choose for how long to snooze."))
    until = at + timedelta(minutes=int(minutes))
    actions.snooze(incident, actor=actor, at=at, until=until)


def _reassign(incident: Incident, actor: Actor, at: datetime, given: Given) -> None:
    found = incident.account.memberships.select_related("user", "account")
    person = found.filter(public_id=given.get("person", "")).first()
    if person is None or not person.is_active:
        raise states.NotAllowed(_("Choose the person whom the incident goes to."))
    actions.reassign(incident, actor=actor, at=at, people=[person])


def _add_note(incident: Incident, actor: Actor, at: datetime, given: Given) -> None:
    text = given.get("note", "").strip()
    mine = incident.timeline.filter(membership=actor.user, verb="add_note")
    last = mine.first()
    if last and last.details.get("text") == text and at - last.at < SAME_NOTE:
        # The same form sent twice.
        return
    actions.add_note(incident, actor=actor, at=at, text=text)


def _accept(incident: Incident, actor: Actor, at: datetime, given: Given) -> None:
    responders.accept(_asked(incident, actor), actor=actor, at=at)


def _refuse(incident: Incident, actor: Actor, at: datetime, given: Given) -> None:
    responders.decline(_asked(incident, actor), actor=actor, at=at)


def _asked(incident: Incident, actor: Actor) -> Responder:
    """Find what the person answers; raises states.NotAllowed."""
    found = responders.pending_of(incident, actor.user) if actor.user else None
    if found is None:
        raise states.NotAllowed(
            _("No request for help waits for you: it was answered or taken back.")
        )
    return found


_RESPONSES: dict[str, Callable[[Incident, Actor, datetime, Given], None]] = {
    "acknowledge": _acknowledge,
    "unacknowledge": _unacknowledge,
    "resolve": _resolve,
    "reopen": _reopen,
    "escalate": _escalate,
    "decline": _decline,
    "snooze": _snooze,
    "reassign": _reassign,
    "add_note": _add_note,
    "accept_request": _accept,
    "decline_request": _refuse,
}
