"""Does what a button says, once it is known who has pressed it."""

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from accounts.permissions import Actor, NotPermitted
from incidents import states
from integrations.chat import rooms
from integrations.models import ChatRequest
from integrations.slack import commands
from integrations.slack.answering import questions, shown
from integrations.slack.answering.shown import Shown
from integrations.slack.channels import incident_channels
from integrations.slack.commands import who
from integrations.slack.direct_messages import replying
from integrations.slack.incoming import callers, presses, verbs
from integrations.slack.incoming.callers import Refused, Unknown
from integrations.slack.incoming.presses import Press
from integrations.slack.incoming.rows import Outcome
from integrations.slack.incoming.whispers import Whisper
from integrations.slack.layout import actions, mrkdwn
from integrations.slack.people import linking

# What changes nothing, and is told to whoever may act.
SHOWS: Final = {actions.MORE_WHO}
# Each says why, fit for a person.
REFUSALS: Final = (
    shown.NotShown,
    Refused,
    incident_channels.Refused,
    states.NotAllowed,
    NotPermitted,
)


def prepare(request: ChatRequest, *, at: datetime) -> rooms.Failure | None:
    """Find out who it was, with Slack's help; this will return why it could not.

    The answer to a direct message is taken here: it finds its own way.
    """
    if replying.is_reply(request.payload):
        replying.pressed(request.workspace, request.payload, at=at)
        return None
    press = presses.read(request.payload)
    if not _is_ours(press):
        return None
    return linking.meet(request.workspace, press.caller, at=at)


def act(request: ChatRequest, unmet: rooms.Failure | None, *, at: datetime) -> Outcome:
    """Do it, in the account's scope; raises `unmet` where that would help."""
    press = presses.read(request.payload)
    if not _is_ours(press):
        return Outcome()
    try:
        return Outcome(_done(request, press, at=at))
    except Unknown:
        if unmet is not None:
            raise unmet from None
        return Outcome([_question(request, press, at=at)])
    except REFUSALS as refusal:
        return Outcome([press.whisper(mrkdwn.escape(str(refusal)))])


def _is_ours(press: Press) -> bool:
    """Say whether it is more than a link, of which Slack tells us all the same."""
    own = {*verbs.DIRECT, *presses.FORMS, *SHOWS, presses.CREATE, actions.MORE_CHANNEL}
    return press.what in own and bool(press.caller.user_id)


def _done(request: ChatRequest, press: Press, *, at: datetime) -> list[Whisper]:
    workspace = request.workspace
    if press.what == presses.CREATE:
        actor = callers.actor(workspace, press.caller)
        return [press.whisper(_again(actor))]
    found = shown.find(workspace, press.channel, press.message, press.incident)
    actor = callers.actor(workspace, press.caller, anybody=found.anybody)
    if press.what in SHOWS:
        return [_who(request, press, found, actor, at=at)]
    if press.what in presses.FORMS:
        return [press.whisper(_again(actor))]
    if press.what == actions.MORE_CHANNEL:
        words = incident_channels.press(found.incident, workspace, actor=actor, at=at)
        return [press.whisper(mrkdwn.escape(words))]
    verbs.do(press.what, found.incident, actor=actor, at=at)
    # The message shows it.
    return []


def _again(actor: Actor) -> str:
    """Say that we know them now; what opens a form has ended meanwhile."""
    name = actor.user.name if actor.user else actor.name
    words = _("OnCall knows you as %(name)s now. Please do that once more.")
    return mrkdwn.escape(words % {"name": name})


def _who(
    request: ChatRequest, press: Press, found: Shown, actor: Actor, *, at: datetime
) -> Whisper:
    """Answer as `/oncall who` does, for the incident's service."""
    command = commands.Command(
        account=request.account,
        workspace=request.workspace,
        user_id=press.caller.user_id,
        user_name=press.caller.name,
        channel_id=press.channel,
        words="who",
        response_url=press.response_url,
        at=at,
        actor=actor,
    )
    answer = who.of_service(command, found.incident.service)
    return press.whisper(answer.text, answer.blocks)


def _question(request: ChatRequest, press: Press, *, at: datetime) -> Whisper:
    workspace = request.workspace
    questions.ask(workspace, press.caller, at=at)
    text = mrkdwn.escape(questions.words(workspace))
    return press.whisper(text, questions.blocks(workspace))
