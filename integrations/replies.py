"""An answer, by whatever way it comes, becomes a verb, and words to answer with."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import channels, tenancy
from accounts.models import ContactMethod
from accounts.permissions import Actor, NotPermitted
from incidents import actions, letters, responders, results, states, wording
from incidents.models import Incident, Notification, Responder
from integrations import keywords
from integrations.messages import one_line

Verb = Literal["acknowledge", "resolve", "escalate", "accept", "decline"]

VERBS: dict[str, Callable[..., Incident]] = {
    "acknowledge": actions.acknowledge,
    "resolve": actions.resolve,
    "escalate": actions.escalate,
}
# What all of a long message is answered with.
SUMMARIES = {
    "acknowledge": gettext_lazy("%(count)d incidents are yours."),
    "resolve": gettext_lazy("%(count)d incidents are resolved."),
    "escalate": gettext_lazy("%(count)d incidents are escalated."),
    "accept": gettext_lazy("You are helping with %(count)d incidents."),
    "decline": gettext_lazy("You declined to help with %(count)d incidents."),
}
# Answers to more incidents than these are summed up.
MOST_ANSWERS = 3
# Verbs that take on all that one message carried in one go.
TOGETHER: dict[str, Callable[..., list[Incident]]] = {
    "acknowledge": actions.acknowledge_all,
    "resolve": actions.resolve_all,
}
# What somebody else has taken on meanwhile is not taken from them by such a message.
ONLY_WHILE_TRIGGERED = {"acknowledge", "escalate"}
# What one may answer to a request for help, and to nothing else.
ANSWERS: dict[str, Callable[..., Responder]] = {
    "accept": responders.accept,
    "decline": responders.decline,
}
# What a text may say: a code, or the word that it stands for.
CODES: dict[str, Verb] = {
    "4": "acknowledge",
    "ack": "acknowledge",
    "acknowledge": "acknowledge",
    "6": "resolve",
    "resolve": "resolve",
    "1": "accept",
    "accept": "accept",
    "2": "decline",
    "decline": "decline",
}
TEXT = re.compile(r"\s*(?P<code>[a-z]+|\d)(?:[\s,#]+(?P<number>\d{1,18}))?\s*[.!]?\s*")


@dataclass(frozen=True, slots=True)
class Reply:
    """What the person is told, and whether it was done."""

    text: str
    ok: bool


def answer(token: str, verb: str, *, via: str, at: datetime) -> Reply:
    """Do what the receiver of one message wants; this will never raise a refusal."""
    with tenancy.all_accounts():
        found = list(_message(token))
    if not found:
        return Reply(_("This message is not known here."), ok=False)
    return _answer_each(found, verb, via=via, at=at)


def by_text(number: str, body: str, *, at: datetime) -> Reply:
    """Do what a text says, for the last page to that number or the one it names."""
    if words := keywords.answer(number, body):
        return Reply(words, ok=True)
    with tenancy.all_accounts():
        if not _is_known(number):
            return Reply(
                _("OnCall does not know this number, so it did nothing."), False
            )
        read = TEXT.fullmatch(body.lower())
        verb = CODES.get(read["code"]) if read else None
        if read is None or verb is None:
            return Reply(help_text(), ok=False)
        pages = _complete().filter(kind="sms", contact_method__address=number)
        found = _meant(_that_offer(pages, verb), read["number"])
    if not found:
        return Reply(_nothing(verb, read["number"]), ok=False)
    return _answer_each(found, verb, via="sms", at=at)


def page_of(token: str) -> channels.Message | Reply:
    """Return what a call has to say, or why there is nothing to answer any more."""
    with tenancy.all_accounts():
        found = _complete().filter(token=token).first()
    if found is None:
        return Reply(_("This call is not known here."), ok=False)
    with tenancy.scope(found.account):
        first, *others = list(_message(token))
        refusal = _stranger(first)
        waiting = [row for row in (first, *others) if not _settled(row)]
    if refusal or not waiting:
        return refusal or _settled(first) or Reply("", ok=False)
    waiting[0].carried = waiting[1:]
    # It is answered by the name by which it left.
    return replace(letters.write(waiting[0]), token=token)


def offers(token: str, verb: str) -> bool:
    """Say whether the message asks for such an answer; an unknown one does."""
    with tenancy.all_accounts():
        found = _complete().filter(token=token).first()
    return found is None or _offers(found, verb)


def help_text() -> str:
    """Say which texts we understand."""
    return _(
        "Reply 4 to acknowledge or 6 to resolve the last page,"
        " or with its number: 4 1042."
    )


def _answer_each(
    found: Sequence[Notification], verb: str, *, via: str, at: datetime
) -> Reply:
    """Answer all that a message carried, and that still wants this answer."""
    wanted = [row for row in found if _wants(row, verb)] or found[:1]
    is_long = len(wanted) > MOST_ANSWERS and verb in TOGETHER
    if is_long and (reply := _answer_together(wanted, verb, via=via, at=at)):
        return reply
    answers = [_answer(notification, verb, via=via, at=at) for notification in wanted]
    if len(answers) > MOST_ANSWERS:
        return _summary(answers, verb)
    return Reply(
        " ".join(reply.text for reply in answers), all(reply.ok for reply in answers)
    )


def _answer_together(
    found: Sequence[Notification], verb: str, *, via: str, at: datetime
) -> Reply | None:
    """Do it to many in one go; None where one of them needs words of its own."""
    with tenancy.scope(found[0].account):
        # Again, for much may have changed since the message left.
        rows = list(_complete().filter(pk__in=[row.pk for row in found]))
        incidents = {row.incident_id: row.incident for row in rows}
        members = {row.membership_id: row.membership for row in rows}
        (member, *others) = members.values()
        fit = all(_offers(row, verb) and not _stranger(row) for row in rows)
        if others or member is None or None in incidents or not fit:
            return None
        try:
            TOGETHER[verb](list(incidents.values()), actor=Actor(via, member), at=at)
        except (states.NotAllowed, NotPermitted):
            return None
        results.answered(*rows, at=at)
    return Reply(SUMMARIES[verb] % {"count": len(incidents)}, ok=True)


def _wants(notification: Notification, verb: str) -> bool:
    incident = notification.incident
    if incident is None or not incident.is_open:
        return False
    return incident.status == states.TRIGGERED or verb not in ONLY_WHILE_TRIGGERED


def _summary(answers: Sequence[Reply], verb: str) -> Reply:
    done = sum(reply.ok for reply in answers)
    words = SUMMARIES[verb] % {"count": done}
    if done < len(answers):
        refused = next(reply.text for reply in answers if not reply.ok)
        words = f"{words} {refused}"
    return Reply(words, ok=done == len(answers))


def _answer(found: Notification, verb: str, *, via: str, at: datetime) -> Reply:
    with tenancy.scope(found.account):
        # Again, for much may have changed since the message left.
        notification = _complete().get(pk=found.pk)
        if refusal := _stranger(notification):
            return refusal
        incident, member = notification.incident, notification.membership
        if incident is None or member is None:
            return Reply(_("There is nothing to answer to this message."), ok=False)
        if not _offers(notification, verb):
            return Reply(_("This is no answer to that message."), ok=False)
        try:
            incident = _act(notification, verb, actor=Actor(via, member), at=at)
        except (states.NotAllowed, NotPermitted) as refusal_:
            return Reply(_refused(incident, str(refusal_)), ok=False)
        results.answered(notification, at=at)
        with timezone.override(ZoneInfo(member.time_zone)):
            return Reply(_done(incident, verb), ok=True)


def _act(
    notification: Notification, verb: str, *, actor: Actor, at: datetime
) -> Incident:
    """Do what the answer means; raises NotAllowed or NotPermitted."""
    if verb in ANSWERS:
        incident: Incident = ANSWERS[verb](
            notification.responder, actor=actor, at=at
        ).incident
        return incident
    return VERBS[verb](notification.incident, actor=actor, at=at)


def _offers(notification: Notification, verb: str) -> bool:
    """Say whether the message asks for such an answer."""
    return (verb in ANSWERS) == (notification.responder is not None)


def _that_offer(pages: QuerySet[Notification], verb: str) -> QuerySet[Notification]:
    return pages.filter(responder__isnull=verb not in ANSWERS)


def _complete() -> QuerySet[Notification]:
    return Notification.across_accounts.select_related(
        "account",
        "membership__user",
        "contact_method",
        "incident__service",
        "responder",
    )


def _message(token: str) -> QuerySet[Notification]:
    """Find all that a message carries, first what it is named by."""
    named = Q(token=token) | Q(bundled_into__token=token)
    order = F("bundled_into").asc(nulls_first=True)
    return _complete().filter(named).order_by(order, "id")


def _is_known(number: str) -> bool:
    return ContactMethod.across_accounts.filter(
        address=number,
        disabled_at=None,
        membership__deactivated_at=None,
        membership__user__is_active=True,
    ).exists()


def _meant(pages: QuerySet[Notification], number: str | None) -> list[Notification]:
    """Find the pages that a text answers: all that the last message carried."""
    sent = pages.filter(sent_at__isnull=False, incident__isnull=False)
    newest = sent.order_by("-sent_at", "-id")
    if number is not None:
        return list(newest.filter(incident__number=int(number))[:1])
    last = newest.first()
    if last is None or not last.provider_id:
        return [last] if last else []
    return list(sent.filter(provider_id=last.provider_id).order_by("id"))


def _stranger(notification: Notification) -> Reply | None:
    """Refuse an answer from an address that is not the person's any more."""
    method, member = notification.contact_method, notification.membership
    if (
        method is None
        or member is None
        or method.membership_id != member.pk
        or method.disabled_at is not None
        or not member.is_active
        or notification.account.suspended_at is not None
    ):
        return Reply(
            _("This number does not belong to an active member any more."), ok=False
        )
    return None


def _settled(notification: Notification) -> Reply | None:
    """Say that it was answered while the phone was still ringing."""
    incident, asked = notification.incident, notification.responder
    if incident is None or incident.status == states.TRIGGERED:
        return _answered(asked)
    if asked is not None and incident.is_open:
        return _answered(asked)
    by = wording.state(incident)[1]
    facts = {
        "number": incident.number,
        "status": incident.get_status_display(),
        "by": by,
    }
    words = _("Incident %(number)d: %(status)s %(by)s. There is nothing to do.") % facts
    return Reply(words.replace(" .", "."), ok=False)


def _answered(asked: Responder | None) -> Reply | None:
    if asked is None or asked.is_pending:
        return None
    words = _("The request for help is settled: %(state)s. There is nothing to do.")
    return Reply(words % {"state": asked.get_state_display().lower()}, ok=False)


def _nothing(verb: str, number: str | None) -> str:
    if verb in ANSWERS:
        return _("There is nothing to answer: no request for help was sent here.")
    if number is None:
        return _("There is nothing to answer: no page was sent to this number.")
    return _("Incident #%(number)s was not sent to this number.") % {"number": number}


def _refused(incident: Incident, words: str) -> str:
    return _("Incident %(number)d: %(words)s") % {
        "number": incident.number,
        "words": words,
    }


def _done(incident: Incident, verb: str) -> str:
    facts = {"number": incident.number, "title": one_line(incident.title)}
    if verb == "resolve":
        return _("Incident %(number)d is resolved: %(title)s") % facts
    if verb == "accept":
        return _("You are helping with incident %(number)d: %(title)s") % facts
    if verb == "decline":
        return _("You declined to help with incident %(number)d.") % facts
    if verb == "escalate":
        return _("Incident %(number)d is escalated: %(title)s") % facts
    if until := incident.acknowledgement_expires_at:
        facts["until"] = wording.clock(until)
        return (
            _(
                "Incident %(number)d is yours until %(until)s,"
                " then it pages again: %(title)s"
            )
            % facts
        )
    return _("Incident %(number)d is yours: %(title)s") % facts
