"""Does what a form says that somebody has sent in, or shows there what is wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor, NotPermitted
from incidents import actions as incident_actions
from incidents import states, status_updates
from incidents.forms.incident import IncidentForm
from incidents.forms.status_updates import UpdateForm
from incidents.forms.verbs import NoteForm, PriorityForm, ReassignForm, SnoozeForm
from incidents.models import Incident
from integrations.models import Extension, SlackWorkspace
from integrations.slack.answering import openings, questions, shown
from integrations.slack.answering.shown import Shown
from integrations.slack.incoming import callers, verbs
from integrations.slack.incoming.callers import Caller, Refused, Unknown
from integrations.slack.incoming.whispers import Whisper
from integrations.slack.incoming.whose import part
from integrations.slack.layout import actions, filling, mrkdwn, views
from integrations.slack.layout.filling import Filled

Piece = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a form is answered with, and what is said besides."""

    # None lets the form close.
    answer: Piece | None = None
    whispers: Sequence[Whisper] = ()

    @property
    def is_wrong(self) -> bool:
        """Say whether the form stays, to be sent in again."""
        return bool(self.answer and self.answer["response_action"] == "errors")


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that somebody has sent in."""

    workspace: SlackWorkspace
    caller: Caller
    filled: Filled
    at: datetime

    def whisper(self, text: str) -> Whisper:
        """Tell whoever has sent it, where they had opened it."""
        subject = self.filled.subject
        return Whisper(self.caller.user_id, text, channel=subject.channel)


class Wrong(Exception):
    """Something is filled in that cannot be."""

    def __init__(self, errors: Mapping[str, Sequence[Any]]) -> None:
        super().__init__()
        self.errors = errors


def take(workspace: SlackWorkspace, payload: dict[str, Any], *, at: datetime) -> Taken:
    """Do what a form says, in the account's scope; a refusal stays on the form."""
    caller = callers.of_interaction(payload)
    user = callers.known(workspace, caller)
    zone = user.membership.time_zone if user and user.membership else "UTC"
    with timezone.override(ZoneInfo(zone)):
        view = part(payload, "view")
        filled = filling.read(view if isinstance(view, dict) else {})
        return _take(Sent(workspace, caller, filled, at))


def _take(sent: Sent) -> Taken:
    if sent.filled.form not in _FORMS:
        return Taken()
    try:
        return _FORMS[sent.filled.form](sent)
    except Unknown:
        questions.ask(sent.workspace, sent.caller, at=sent.at)
        question = questions.view(sent.workspace)
        return Taken({"response_action": "update", "view": question})
    except Wrong as wrong:
        return Taken(filling.errors(wrong.errors, sent.filled))
    except (shown.NotShown, Refused, states.NotAllowed, NotPermitted) as refusal:
        return Taken(_refused(str(refusal), sent.filled))


def _refused(words: str, filled: Filled) -> Piece:
    if not filled.data:
        # There is no field below which it could be said.
        return {"response_action": "update", "view": openings.words(words)}
    return filling.errors({"": [words]}, filled)


def _note(sent: Sent) -> Taken:
    found, actor = _subject(sent)
    given = _cleaned(NoteForm(sent.filled.data, account=found.incident.account))
    incident = incident_actions.add_note(
        found.incident, actor=actor, at=sent.at, text=given["text"]
    )
    if found.tells(Extension.Update.ANNOTATED):
        return Taken()
    words = _("The note is added to #%(number)d.") % {"number": incident.number}
    return Taken(whispers=[sent.whisper(words)])


def _snooze(sent: Sent) -> Taken:
    found, actor = _subject(sent, "snooze")
    form = SnoozeForm(sent.filled.data, account=found.incident.account)
    _cleaned(form)
    incident_actions.snooze(
        found.incident, actor=actor, at=sent.at, **form.arguments(sent.at)
    )
    return Taken()


def _reassign(sent: Sent) -> Taken:
    found, actor = _subject(sent, "reassign")
    form = ReassignForm(sent.filled.data, account=found.incident.account)
    _cleaned(form)
    incident_actions.reassign(
        found.incident, actor=actor, at=sent.at, **form.arguments(sent.at)
    )
    return Taken()


def _priority(sent: Sent) -> Taken:
    found, actor = _subject(sent)
    given = _cleaned(PriorityForm(sent.filled.data, account=found.incident.account))
    incident_actions.change_priority(
        found.incident, actor=actor, at=sent.at, priority=given["priority"]
    )
    return Taken()


def _status_update(sent: Sent) -> Taken:
    found, actor = _subject(sent)
    given = _cleaned(UpdateForm(sent.filled.data))
    people = len(status_updates.recipients(found.incident))
    status_updates.post(
        found.incident,
        actor=actor,
        at=sent.at,
        message=given["message"],
        subject=given["subject"],
    )
    words = _("The status update on #%(number)d goes to %(count)d people.") % {
        "number": found.incident.number,
        "count": people,
    }
    return Taken(whispers=[sent.whisper(words)])


def _create(sent: Sent) -> Taken:
    actor = callers.actor(sent.workspace, sent.caller)
    given = _cleaned(IncidentForm(sent.filled.data, account=sent.workspace.account))
    incident = incident_actions.open_incident(
        given["service"],
        actor=actor,
        at=sent.at,
        title=given["title"],
        urgency=given["urgency"] or None,
        description=_description(given["description"], sent.filled),
    )
    if not sent.filled.subject.channel:
        done = views.said(_("Incident opened"), _opened(incident))
        return Taken({"response_action": "update", "view": done})
    link = f"{settings.SITE_URL}{reverse('incident', args=[incident.number])}"
    words = f"{mrkdwn.escape(_opened(incident))}\n{link}"
    return Taken(whispers=[sent.whisper(words)])


def _opened(incident: Incident) -> str:
    facts = {
        "number": incident.number,
        "title": incident.title,
        "service": incident.service.name,
    }
    return _("Opened incident #%(number)d of %(service)s: %(title)s") % facts


def _description(written: str, filled: Filled) -> str:
    """Name the message of which the incident is made, whatever else is written."""
    link = filled.subject.permalink
    if not link or link in written:
        return written
    return f"{written}\n\n{link}".strip()


def _subject(sent: Sent, what: str = "") -> tuple[Shown, Actor]:
    """Find what the form is about, and as whom it is done; raises the refusals.

    What travelled with the form is looked up again, as if somebody had made it up.
    """
    about = sent.filled.subject
    found = shown.find(sent.workspace, about.channel, about.message, about.incident)
    actor = callers.actor(sent.workspace, sent.caller, anybody=found.anybody)
    if what:
        verbs.require(what, found.incident, actor=actor, at=sent.at)
    return found, actor


def _cleaned(form: forms.Form) -> dict[str, Any]:
    """Check what was filled in as our own pages do; raises Wrong."""
    if not form.is_valid():
        raise Wrong(form.errors)
    return form.cleaned_data


_FORMS: Final[dict[str, Callable[[Sent], Taken]]] = {
    actions.FORM_NOTE: _note,
    actions.FORM_SNOOZE: _snooze,
    actions.FORM_REASSIGN: _reassign,
    actions.FORM_PRIORITY: _priority,
    actions.FORM_STATUS_UPDATE: _status_update,
    actions.FORM_CREATE: _create,
}
