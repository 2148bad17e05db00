"""The methods of the fake Slack about messages and modals."""

import secrets
from typing import Any

from tests.fakes.slack import blocks as shapes
from tests.fakes.slack.credentials import APP_ID
from tests.fakes.slack.methods import Ask, Said, Wrong, method
from tests.fakes.slack.place import Channel, Message, Person, parsed
from tests.fakes.slack.state import TRIGGER_SECONDS, State

# Messages


@method("chat.postMessage", "chat:write")
def chat_post_message(ask: Ask) -> Said:
    channel = _writable(ask)
    content = _content(ask)
    thread = ask.args.get("thread_ts") or None
    if thread and channel.message(str(thread)) is None:
        raise Wrong("thread_not_found")
    message = ask.slack.posted(
        channel,
        content["text"],
        ask.bot,
        blocks=content["blocks"],
        thread_ts=thread,
        bot_id=f"B{ask.bot[1:]}",
        metadata=parsed(ask.args.get("metadata")) or None,
        is_broadcast=ask.flag("reply_broadcast"),
    )
    return {"channel": channel.id, "ts": message.ts, "message": message.shape()}


@method("chat.update", "chat:write")
def chat_update(ask: Ask) -> Said:
    channel = _writable(ask)
    message = _own(ask, channel, "cant_update_message")
    content = _content(ask, most=4000)
    message.past.append(message.words)
    message.text, message.blocks = content["text"], content["blocks"]
    if "metadata" in ask.args:
        message.metadata = parsed(ask.args["metadata"]) or None
    message.edits += 1
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": message.shape(),
    }


@method("chat.delete", "chat:write")
def chat_delete(ask: Ask) -> Said:
    channel = ask.channel()
    message = _own(ask, channel, "cant_delete_message")
    channel.messages.remove(message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.postEphemeral", "chat:write")
def chat_post_ephemeral(ask: Ask) -> Said:
    channel = _writable(ask)
    person = ask.person(str(ask.given("user")))
    if not channel.is_private and not channel.is_im:
        pass
    elif person.id not in channel.members:
        raise Wrong("user_not_in_channel")
    content = _content(ask)
    message = ask.slack.posted(
        channel,
        content["text"],
        ask.bot,
        blocks=content["blocks"],
        thread_ts=ask.args.get("thread_ts") or None,
        only_for=person.id,
    )
    return {"message_ts": message.ts}


@method("chat.getPermalink")
def chat_get_permalink(ask: Ask) -> Said:
    channel = ask.channel()
    ts = str(ask.given("message_ts"))
    if channel.message(ts) is None:
        raise Wrong("message_not_found")
    place = f"{channel.id}/p{ts.replace('.', '')}"
    domain = ask.own.workspace.domain
    link = f"https://{domain}.slack.com/archives/{place}"
    return {"channel": channel.id, "permalink": link}


def _writable(ask: Ask) -> Channel:
    """Find a channel that the bot may write in."""
    channel = ask.channel()
    if channel.is_archived:
        raise Wrong("is_archived")
    if ask.bot not in channel.members and "chat:write.public" not in ask.own.scopes:
        raise Wrong("not_in_channel")
    return channel


def _content(ask: Ask, *, most: int = 40_000) -> dict[str, Any]:
    """Check what is to stand there."""
    text = str(ask.args.get("text") or "")
    blocks = parsed(ask.args.get("blocks")) or []
    if not text and not blocks:
        raise Wrong("no_text")
    if len(text) > most:
        raise Wrong("msg_too_long")
    if faults := shapes.faults_of(blocks):
        messages = [f"[ERROR] {fault}" for fault in faults]
        raise Wrong(
            "invalid_blocks", errors=faults, response_metadata={"messages": messages}
        )
    return {"text": text, "blocks": shapes.numbered(blocks, secrets.token_hex(2))}


def _own(ask: Ask, channel: Channel, refusal: str) -> Message:
    message = channel.message(str(ask.given("ts", "message_not_found")))
    if message is None:
        raise Wrong("message_not_found")
    if message.user != ask.bot:
        raise Wrong(refusal)
    return message


# Modals


@method("views.open")
def views_open(ask: Ask) -> Said:
    trigger = ask.slack.triggers.get(str(ask.given("trigger_id")))
    if trigger is None or trigger.workspace is not ask.own.workspace:
        raise Wrong("invalid_trigger_id")
    if ask.slack.now() - trigger.at > TRIGGER_SECONDS:
        raise Wrong("expired_trigger_id")
    if trigger.is_used:
        raise Wrong("exchanged_trigger_id")
    view = _view(ask)
    trigger.is_used = True
    return {"view": opened(ask.slack, view, trigger.person)}


@method("views.update")
def views_update(ask: Ask) -> Said:
    name = ask.args.get("view_id") or ask.args.get("external_id")
    found = ask.slack.views.get(str(name))
    if found is None:
        raise Wrong("not_found")
    if ask.args.get("hash") and ask.args["hash"] != found["hash"]:
        raise Wrong("hash_conflict")
    return {"view": replaced(found, _view(ask))}


def opened(slack: State, view: dict[str, Any], person: Person) -> dict[str, Any]:
    """Show somebody a modal."""
    made: dict[str, Any] = {
        "id": slack.fresh("V"),
        "team_id": person.team_id,
        "app_id": APP_ID,
        "bot_id": "B0ONCALL01",
        "external_id": "",
        "callback_id": "",
        "private_metadata": "",
        "state": {"values": {}},
        "previous_view_id": None,
        "user": person.id,
    }
    made |= view | {"blocks": shapes.numbered(view["blocks"], secrets.token_hex(2))}
    made |= {"root_view_id": made["id"], "hash": f"1.{secrets.token_hex(4)}"}
    slack.views[made["id"]] = made
    if made["external_id"]:
        slack.views[made["external_id"]] = made
    return made


def replaced(found: dict[str, Any], view: dict[str, Any]) -> dict[str, Any]:
    """Show something else in a modal."""
    blocks = shapes.numbered(view["blocks"], secrets.token_hex(2))
    found.update(view, blocks=blocks, hash=f"1.{secrets.token_hex(4)}")
    return found


def _view(ask: Ask) -> dict[str, Any]:
    view = parsed(ask.given("view"))
    if faults := shapes.faults_of_view(view):
        raise Wrong("invalid_arguments", response_metadata={"messages": faults})
    return dict(view)
