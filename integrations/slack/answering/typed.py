"""Answers what somebody typed after `/oncall`."""

from datetime import datetime
from typing import Any

from integrations.chat import rooms
from integrations.models import ChatRequest
from integrations.slack import commands
from integrations.slack.answering import questions
from integrations.slack.incoming import callers
from integrations.slack.incoming.callers import Refused, Unknown
from integrations.slack.incoming.rows import Outcome
from integrations.slack.incoming.whispers import Whisper
from integrations.slack.layout import mrkdwn
from integrations.slack.people import linking


def prepare(request: ChatRequest, *, at: datetime) -> rooms.Failure | None:
    """Find out who it was, with Slack's help; this will return why it could not."""
    caller = callers.of_command(request.payload)
    return linking.meet(request.workspace, caller, at=at)


def act(request: ChatRequest, unmet: rooms.Failure | None, *, at: datetime) -> Outcome:
    """Do the command, in the account's scope; this will return its answer.

    Somebody whom we do not know gets what is for everybody, or the question.
    """
    payload, workspace = request.payload, request.workspace
    caller = callers.of_command(payload)
    actor = None
    try:
        actor = callers.actor(workspace, caller, anybody=_anybody(request))
    except Unknown:
        if unmet is not None:
            raise unmet from None
    except Refused as refusal:
        return Outcome([_whisper(payload, mrkdwn.escape(str(refusal)))])
    answer = commands.answer(
        commands.Command(
            account=request.account,
            workspace=workspace,
            user_id=caller.user_id,
            user_name=caller.name,
            channel_id=_text(payload, "channel_id"),
            words=_text(payload, "text"),
            response_url=_text(payload, "response_url"),
            at=at,
            actor=actor,
        )
    )
    if answer.is_stranger:
        questions.ask(workspace, caller, at=at)
        text = mrkdwn.escape(questions.words(workspace))
        return Outcome([_whisper(payload, text, questions.blocks(workspace))])
    return Outcome([_whisper(payload, answer.text, answer.blocks, answer.in_channel)])


def _anybody(request: ChatRequest) -> str:
    """Name the extension that lets anybody act in the channel, if one does."""
    found = request.account.extensions.filter(
        paused_at=None,
        anybody_may_act=True,
        room__workspace=request.workspace,
        room__channel_id=_text(request.payload, "channel_id"),
    )
    return next(iter(found.values_list("name", flat=True)[:1]), "")


def _whisper(
    payload: dict[str, Any],
    text: str,
    blocks: list[dict[str, Any]] | None = None,
    in_channel: bool = False,
) -> Whisper:
    return Whisper(
        _text(payload, "user_id"),
        text,
        channel=_text(payload, "channel_id"),
        response_url=_text(payload, "response_url"),
        blocks=blocks,
        in_channel=in_channel,
    )


def _text(payload: dict[str, Any], name: str) -> str:
    found = payload.get(name)
    return found if isinstance(found, str) else ""
