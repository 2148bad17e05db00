"""A button of a direct message becomes an answer, if whom it was sent to pressed it."""

import logging
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts import tenancy
from incidents.models import Notification
from integrations import replies
from integrations.chat import rooms
from integrations.models import SlackWorkspace
from integrations.replies import Reply
from integrations.slack.api import client
from integrations.slack.direct_messages import direct, paging
from integrations.slack.incoming import presses, whispers
from integrations.slack.incoming.presses import Press
from integrations.slack.incoming.whose import part
from integrations.slack.layout import elements, mrkdwn

logger = logging.getLogger(__name__)

VIA: Final = "slack"
PREFIX: Final = direct.REPLY.removeprefix("oncall:")
LONGEST_ANSWER: Final = 1000


def is_reply(payload: dict[str, Any]) -> bool:
    """Say whether an interaction answers a direct message of ours."""
    pressed = payload.get("actions")
    action = pressed[0] if isinstance(pressed, list) and pressed else {}
    return str(part(action, "action_id") or "").startswith(direct.REPLY)


def pressed(
    workspace: SlackWorkspace, payload: dict[str, Any], *, at: datetime
) -> None:
    """Do what the button says, and show what came of it.

    Outside of any scope; this will raise nothing, and a second time says what was done
    before. Where Slack does not answer, it is done all the same.
    """
    press = presses.read(payload)
    reply = answer(
        workspace,
        user_id=press.caller.user_id,
        token=press.incident,
        verb=press.what.removeprefix(PREFIX),
        at=at,
    )
    try:
        if not _is_shown(workspace, press, payload, reply):
            words = mrkdwn.literal(reply.text, LONGEST_ANSWER)
            whispers.say(workspace, press.whisper(words))
    except rooms.Failure as failure:
        logger.warning("Could not tell in Slack what came of a press: %s", failure)


def answer(
    workspace: SlackWorkspace, *, user_id: str, token: str, verb: str, at: datetime
) -> Reply:
    """Answer a message by its token, as the very person whom it was sent to."""
    with tenancy.scope(workspace.account):
        method = _addressee(workspace, token)
    if method != paging.address(workspace.team_id, user_id):
        return Reply(_("This message was not sent to you, so nothing was done."), False)
    known = verb in replies.VERBS or verb in replies.ANSWERS
    if not known or not replies.offers(token, verb):
        return Reply(_("Choose one of the buttons."), ok=False)
    return replies.answer(token, verb, via=VIA, at=at)


def _addressee(workspace: SlackWorkspace, token: str) -> str:
    """Say to which address of Slack a message went; nothing for any other message."""
    sent = Notification.across_accounts.filter(
        account=workspace.account, token=token, contact_method__kind=paging.KIND
    )
    found = sent.values_list("contact_method__address", flat=True).first()
    return str(found or "")


def _is_shown(
    workspace: SlackWorkspace, press: Press, payload: dict[str, Any], reply: Reply
) -> bool:
    """Say in the message itself what came of it, in the place of its buttons."""
    blocks = part(payload, "message", "blocks")
    if not reply.ok or not press.message or not isinstance(blocks, list):
        return False
    done = press.what.removeprefix(PREFIX)
    words = {"type": "context", "elements": [elements.plain(reply.text, 300)]}
    text = mrkdwn.literal(reply.text, LONGEST_ANSWER)
    try:
        client.of(workspace).update_message(
            press.channel, press.message, text, [*_left(blocks, done), words]
        )
    except rooms.Failure:
        return False
    return True


def _left(blocks: list[Any], done: str) -> list[dict[str, Any]]:
    """Keep what the message says, and of its buttons what makes sense still."""
    left = []
    for block in blocks:
        if part(block, "block_id") != direct.BUTTONS:
            left.append(block)
        elif done == "acknowledge":
            names = (f"{direct.REPLY}{done}",)
            kept = [e for e in block["elements"] if e.get("action_id") not in names]
            left.append({**block, "elements": kept})
    return left
