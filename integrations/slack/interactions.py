"""Does what a button says, once it is known who has pressed it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from accounts.permissions import Actor, NotPermitted
from incidents import states
from integrations.chat import rooms
from integrations.models import ChatRequest
from integrations.slack import (
    actions,
    callers,
    commands,
    linking,
    mrkdwn,
    presses,
    questions,
    replying,
    shown,
    verbs,
)
from integrations.slack.callers import Refused, Unknown
from integrations.slack.presses import Press
from integrations.slack.rows import Outcome
from integrations.slack.shown import Shown
from integrations.slack.whispers import Whisper

# What only shows something; whoever is in the room may see it.
SHOWS: Final = {actions.MORE_WHO}


@dataclass(frozen=True, slots=True)
class Met:
    """What is known of who pressed, once Slack was asked."""

    # Why it could not say who they are, if so.
    unmet: rooms.Failure | None = None
    # What came of the answer to a direct message, which is done by then.
    whispers: Sequence[Whisper] = ()


def prepare(request: ChatRequest, *, at: datetime) -> Met:
    """Find out who it was, with Slack's help, or take the answer to a message."""
    if replying.is_reply(request.payload):
        words = replying.pressed(request.workspace, request.payload, at=at)
        return Met(whispers=[words] if words else [])
    press = presses.read(request.payload)
    if not _is_ours(press):
        return Met()
    return Met(linking.meet(request.workspace, press.caller, at=at))


def act(request: ChatRequest, met: Met, *, at: datetime) -> Outcome:
    """Do it, in the account's scope; raises why it is not known who, if so."""
    press = presses.read(request.payload)
    if not _is_ours(press):
        return Outcome(met.whispers)
    try:
        return Outcome(_done(request, press, at=at))
    except Unknown:
        if met.unmet is not None:
            raise met.unmet from None
        return Outcome([_question(request, press, at=at)])
    except (shown.NotShown, Refused, states.NotAllowed, NotPermitted) as refusal:
        return Outcome([press.whisper(mrkdwn.escape(str(refusal)))])


def _is_ours(press: Press) -> bool:
    """Say whether it is more than a link, of which Slack tells us all the same."""
    own = {*verbs.DIRECT, *presses.FORMS, *SHOWS, presses.CREATE}
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
        words=f'who "{found.incident.service.name}"',
        response_url=press.response_url,
        at=at,
        actor=actor,
    )
    answer = commands.answer(command)
    return press.whisper(answer.text, answer.blocks)


def _question(request: ChatRequest, press: Press, *, at: datetime) -> Whisper:
    workspace = request.workspace
    questions.ask(workspace, press.caller, at=at)
    text = mrkdwn.escape(questions.words(workspace))
    return press.whisper(text, questions.blocks(workspace))
