"""Asks more people to help with an incident, and takes their answers.

Each is told by the rules for high urgency until the answer comes. A request leaves
the escalation alone: the incident still waits for an acknowledgement.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.models.contact import Urgency
from accounts.permissions import Actor, NotPermitted, may
from incidents import changes, notices, notifications, paging, states
from incidents.models import Incident, Notification, Responder, ResponderRequest
from oncall import queries
from oncall.models import EscalationPolicy

State = Responder.State


@dataclass(slots=True)
class Asked:
    """What came of asking: who was asked, and what the requester should know."""

    incident: Incident
    request: ResponderRequest
    responders: list[Responder]
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Wanted:
    membership: Membership
    policy: EscalationPolicy | None = None


@transaction.atomic
def ask(
    incident: Incident,
    *,
    actor: Actor,
    at: datetime,
    people: Sequence[Membership] = (),
    policies: Sequence[EscalationPolicy] = (),
    message: str = "",
) -> Asked:
    """Ask people to help, and whomever policies reach now.

    Who has been asked already, or is helping, is left alone and named in the remarks.
    Raises states.NotAllowed when nobody is left to ask, or permissions.NotPermitted.
    """
    incident = changes.lock(incident)
    actor.require("respond", of=incident.service)
    _require_open(incident)
    remarks: list[str] = []
    wanted = [
        *map(_Wanted, people),
        *_of_policies(incident, policies, remarks, at=at),
    ]
    fresh = _not_asked_yet(incident, wanted, actor, remarks)
    if not fresh:
        raise states.NotAllowed(
            " ".join(remarks) or _("Choose whom to ask: people or a policy.")
        )
    request = incident.responder_requests.create(
        account=incident.account,
        requester=actor.user,
        message=message.strip()[:500],
        at=at,
    )
    asked = _record(request, fresh, at=at)
    reached = _plan(request, asked, actor, at=at)
    remarks += [
        _("%(name)s has no working contact method; tell them yourself.")
        % {"name": responder.membership.name}
        for responder in asked
        if responder.membership_id not in reached
    ]
    names = [responder.membership.name for responder in asked]
    changes.write(
        "responders_asked", incident, actor=actor, at=at, to=names, text=request.message
    )
    return Asked(incident, request, asked, remarks)


@transaction.atomic
def accept(responder: Responder, *, actor: Actor, at: datetime) -> Responder:
    """Join the incident; raises states.NotAllowed or permissions.NotPermitted."""
    return _answer(responder, State.JOINED, "responder_joined", actor=actor, at=at)


@transaction.atomic
def decline(responder: Responder, *, actor: Actor, at: datetime) -> Responder:
    """Say no; the requester is told.

    Raises states.NotAllowed or permissions.NotPermitted.
    """
    responder = _answer(
        responder, State.DECLINED, "responder_declined", actor=actor, at=at
    )
    _tell_requester(responder, at=at)
    return responder


@transaction.atomic
def cancel(responder: Responder, *, actor: Actor, at: datetime) -> Responder:
    """Take a request back that has not been answered; nobody is told any more.

    The requester may, and who manages the account. Raises states.NotAllowed or
    permissions.NotPermitted.
    """
    if not may_cancel(responder, actor):
        raise NotPermitted(_("Only the requester or a manager may take this back."))
    responder = _pending(responder)
    name = responder.membership.name
    _end(responder, State.CANCELLED, at=at)
    changes.write(
        "responder_cancelled", responder.incident, actor=actor, at=at, to=name
    )
    return responder


def may_cancel(responder: Responder, actor: Actor) -> bool:
    """Say whether the actor may take the request back; the row brings its request."""
    is_requester = actor.user is not None and (
        responder.request.requester_id == actor.user.pk
    )
    service = responder.incident.service
    may_respond = actor.may("respond", of=service)
    return actor.may("configure", of=service) or (is_requester and may_respond)


def pending_of(incident: Incident, member: Membership) -> Responder | None:
    """Find the request that waits for the member's answer."""
    return (
        incident.responders.filter(membership=member, state=State.PENDING)
        .select_related("request__requester__user", "membership__user")
        .first()
    )


def _require_open(incident: Incident) -> None:
    if not incident.is_open:
        raise states.NotAllowed(
            _("Incident #%(number)s is resolved; no more help is needed.")
            % {"number": incident.number}
        )


def _of_policies(
    incident: Incident,
    policies: Iterable[EscalationPolicy],
    remarks: list[str],
    *,
    at: datetime,
) -> Iterator[_Wanted]:
    """Say whom the first level of each policy that reaches anybody reaches."""
    for policy in policies:
        found = paging.next_level(
            incident.account,
            queries.plan_of(policy),
            None,
            urgency=Urgency.HIGH,
            at=at,
        )
        if found is None:
            remarks.append(
                _("%(policy)s reaches nobody now.") % {"policy": policy.name}
            )
        else:
            yield from (_Wanted(p, policy) for p in paging.take_turn(found))


def _not_asked_yet(
    incident: Incident, wanted: Iterable[_Wanted], actor: Actor, remarks: list[str]
) -> list[_Wanted]:
    """Keep those who can be asked, each once; the others get a remark."""
    found = incident.responders.filter(state__in=(State.PENDING, State.JOINED))
    states_of = dict(found.values_list("membership_id", "state"))
    fresh: dict[int, _Wanted] = {}
    for each in wanted:
        person = each.membership
        if person.pk in fresh:
            continue
        if remark := _objection(person, states_of.get(person.pk, ""), actor):
            if remark not in remarks:
                remarks.append(remark)
        else:
            fresh[person.pk] = each
    return list(fresh.values())


def _objection(person: Membership, state: str, actor: Actor) -> str:
    """Say why this person is not asked; nothing if they are."""
    facts = {"name": person.name}
    if person == actor.user:
        return _("You need not ask yourself: acknowledge the incident instead.")
    if state == State.PENDING:
        return _("%(name)s was asked already and has not answered yet.") % facts
    if state == State.JOINED:
        return _("%(name)s is helping already.") % facts
    if not may(person, "respond"):
        return _("%(name)s may not respond to incidents.") % facts
    return ""


def _record(
    request: ResponderRequest, wanted: Iterable[_Wanted], *, at: datetime
) -> list[Responder]:
    return Responder.across_accounts.bulk_create(
        Responder(
            account_id=request.account_id,
            request=request,
            incident=request.incident,
            membership=each.membership,
            policy=each.policy,
            asked_at=at,
        )
        for each in wanted
    )


def _plan(
    request: ResponderRequest,
    asked: Sequence[Responder],
    actor: Actor,
    *,
    at: datetime,
) -> set[int]:
    """Plan a message for each step of each person's rules; this will say whom."""
    people = [responder.membership for responder in asked]
    steps = notifications.steps_of(request.account, people, Urgency.HIGH)
    name = actor.user.name if actor.user else actor.name
    content = {"requester": name, "message": request.message}
    times = _times_asked(asked)
    notifications.save(
        _message(responder, step, content, times[responder.membership_id], at=at)
        for responder in asked
        for step in steps.get(responder.membership_id, ())
    )
    return set(steps)


def _times_asked(asked: Sequence[Responder]) -> dict[int, int]:
    """Count how often each was asked, for each time is planned once."""
    counts: dict[int, int] = {}
    rows = Responder.across_accounts.filter(
        incident=asked[0].incident_id,
        membership__in=[responder.membership_id for responder in asked],
    )
    for member in rows.values_list("membership_id", flat=True):
        counts[member] = counts.get(member, 0) + 1
    return counts


def _message(
    responder: Responder,
    step: notifications.Step,
    content: dict[str, str],
    episode: int,
    *,
    at: datetime,
) -> Notification:
    due = at + timedelta(minutes=step.delay_minutes)
    return Notification(
        account_id=responder.account_id,
        purpose=Notification.Purpose.REQUEST,
        incident=responder.incident,
        membership_id=responder.membership_id,
        contact_method=step.method,
        rule=step.rule,
        responder=responder,
        kind=step.method.kind,
        urgency=Urgency.HIGH,
        episode=episode,
        delay_minutes=step.delay_minutes,
        reason={"request": content["requester"]},
        content=content,
        planned_for=due,
        send_at=due,
        created_at=at,
    )


def _answer(
    responder: Responder, state: str, verb: str, *, actor: Actor, at: datetime
) -> Responder:
    actor.require("respond", of=responder.incident.service)
    if actor.user is None or responder.membership_id != actor.user.pk:
        raise NotPermitted(_("Only the person who was asked may answer."))
    responder = _pending(responder)
    _end(responder, state, at=at)
    changes.write(verb, responder.incident, actor=actor, at=at)
    return responder


def _pending(responder: Responder) -> Responder:
    """Lock the incident, and with it its requests; raises states.NotAllowed."""
    incident = changes.lock(responder.incident)
    fresh = incident.responders.select_related(
        "membership__user", "request__requester__user"
    ).get(pk=responder.pk)
    fresh.incident = incident
    if not fresh.is_pending and fresh.state != State.CANCELLED:
        raise states.NotAllowed(
            _("This was answered already: %(state)s.")
            % {"state": fresh.get_state_display().lower()}
        )
    _require_open(incident)
    if not fresh.is_pending:
        raise states.NotAllowed(_("The request was taken back; nothing is needed."))
    return fresh


def _end(responder: Responder, state: str, *, at: datetime) -> None:
    """Write the answer down, and call off what was to be sent."""
    responder.state = state
    responder.answered_at = at
    responder.save(update_fields=["state", "answered_at"])
    responder.notifications.filter(status=Notification.Status.PLANNED).update(
        status=Notification.Status.CANCELLED
    )


def _tell_requester(responder: Responder, *, at: datetime) -> None:
    requester, incident = responder.request.requester, responder.incident
    if requester is None:
        return
    facts = {
        "name": responder.membership.name,
        "number": incident.number,
        "title": incident.title,
    }
    subject = _("%(name)s cannot help with #%(number)s %(title)s") % facts
    line = _("%(name)s declined your request for help.") % facts
    others = _("Ask somebody else, or escalate the incident.")
    notices.tell(incident, [requester], subject=subject, lines=[line, others], at=at)
