"""Opens forms over Slack's window, while what allows that lives: three seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from accounts.permissions import Actor, NotPermitted
from incidents import states
from incidents.models import Incident
from integrations.chat import rooms
from integrations.models import SlackWorkspace
from integrations.slack.answering import reading, shown
from integrations.slack.api import client
from integrations.slack.incoming import callers, presses, verbs
from integrations.slack.incoming.callers import Refused, Unknown
from integrations.slack.incoming.presses import Press
from integrations.slack.incoming.whispers import Whisper
from integrations.slack.incoming.whose import part
from integrations.slack.layout import actions, choices, mrkdwn, views
from integrations.slack.layout.filling import Subject

Piece = dict[str, Any]

# Slack waits for three seconds in all.
PATIENCE: Final = 2
# As `incidents.states` names what a form does.
VERBS: Final = {actions.MORE_STATUS_UPDATE: "add_note"}


@dataclass(frozen=True, slots=True)
class Opening:
    """A form to open, or why there is none."""

    view: Piece | None = None
    whispers: Sequence[Whisper] = ()


def wants_form(payload: dict[str, Any]) -> bool:
    """Say whether what was pressed opens a form."""
    return presses.read(payload).what in presses.FORMS


def of(
    workspace: SlackWorkspace, payload: dict[str, Any], *, at: datetime
) -> Opening | None:
    """Make the form of a press or a shortcut, in the account's scope.

    None for somebody whom we do not know: then Slack must be asked who they are.
    """
    press = presses.read(payload)
    try:
        if press.what in presses.FORMS:
            return Opening(_form(workspace, press, at=at))
        if press.what == presses.CREATE:
            return Opening(_create(workspace, press, payload))
    except Unknown:
        return None
    except (shown.NotShown, Refused, states.NotAllowed, NotPermitted) as refusal:
        return Opening(whispers=[press.whisper(mrkdwn.escape(str(refusal)))])
    # A shortcut of somebody else's.
    return Opening()


def open_form(
    workspace: SlackWorkspace, payload: dict[str, Any], view: Piece
) -> Whisper | None:
    """Open it; this will return the words for the person where Slack did not."""
    press = presses.read(payload)
    try:
        client.of(workspace).open_view(press.trigger, view, seconds=PATIENCE)
    except rooms.Failure:
        return press.whisper(_("Slack did not open the form in time. Press again."))
    return None


def words(text: str) -> Piece:
    """Say something in the place of a form."""
    return views.said(_("OnCall"), text)


def _form(workspace: SlackWorkspace, press: Press, *, at: datetime) -> Piece:
    found = shown.find(workspace, press.channel, press.message, press.incident)
    incident = found.incident
    actor = callers.actor(workspace, press.caller, anybody=found.anybody)
    what = VERBS.get(press.what, press.what)
    verbs.require(what, incident, actor=actor, at=at)
    subject = Subject(
        incident=incident.public_id,
        number=incident.number,
        title=incident.title,
        channel=press.channel,
        message=press.message,
    )
    return _view(press.what, subject, incident)


def _view(what: str, subject: Subject, incident: Incident) -> Piece:
    account = incident.account
    match what:
        case "reassign":
            people = choices.people(account, incident)
            return views.reassign(subject, people, choices.policies(account))
        case "snooze":
            return views.snooze(subject)
        case actions.MORE_PRIORITY:
            chosen = incident.priority.public_id if incident.priority else ""
            return views.priority(subject, choices.priorities(account), chosen=chosen)
        case actions.MORE_STATUS_UPDATE:
            return views.status_update(subject)
    return views.note(subject)


def _create(workspace: SlackWorkspace, press: Press, payload: dict[str, Any]) -> Piece:
    """Ask for an incident; a message that it is made of fills in what it can."""
    actor: Actor = callers.actor(workspace, press.caller)
    actor.require_anywhere("respond")
    text = part(payload, "message", "text")
    if not isinstance(text, str) or not press.message:
        subject = Subject(channel=press.channel)
        return views.create_incident(subject, choices.services(workspace.account))
    link = permalink(workspace, press.channel, press.message)
    title, details = views.of_message(mrkdwn.escape(reading.plain(text)), link)
    subject = Subject(channel=press.channel, message=press.message, permalink=link)
    return views.create_incident(
        subject,
        choices.services(workspace.account),
        title=title,
        description=details,
        service=_service_of(workspace, press.channel),
    )


def permalink(workspace: SlackWorkspace, channel: str, ts: str) -> str:
    """Return the address of a message, without asking Slack for it."""
    if workspace.url:
        base = workspace.url.rstrip("/")
        return f"{base}/archives/{channel}/p{ts.replace('.', '')}"
    place = {"team": workspace.team_id, "channel": channel, "message_ts": ts}
    return f"https://slack.com/app_redirect?{urlencode(place)}"


def _service_of(workspace: SlackWorkspace, channel: str) -> str:
    """Choose the service that a channel is about, if it is about one."""
    rows = workspace.account.extended_services.filter(
        extension__room__workspace=workspace, extension__room__channel_id=channel
    )
    found = set(rows.values_list("service__public_id", flat=True)[:2])
    return str(found.pop()) if len(found) == 1 else ""
