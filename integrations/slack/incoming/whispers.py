"""What one person is told in private in Slack, after what they did there."""

from dataclasses import asdict, dataclass
from typing import Any

from integrations.chat import rooms
from integrations.models import SlackWorkspace
from integrations.slack.api import client

Blocks = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Whisper:
    """Words for one person, and where they are."""

    user: str
    text: str
    channel: str = ""
    # Slack's own address for an answer, which lives for half an hour.
    response_url: str = ""
    # Below which message they are.
    thread: str = ""
    blocks: Blocks | None = None
    # Everybody in the channel reads it: the answer to some commands.
    in_channel: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as the inbox keeps it."""
        return asdict(self)


def say(workspace: SlackWorkspace, whisper: Whisper) -> None:
    """Tell them; raises the failures of `integrations.chat.rooms`.

    Where the place does not take it, this will write them a direct message.
    """
    if whisper.response_url:
        try:
            return client.respond(whisper.response_url, _response(whisper))
        except (rooms.Gone, rooms.Refused, rooms.Broken):
            # The address has ended; the channel may still be there.
            pass
    if whisper.channel:
        try:
            return _in_the_channel(workspace, whisper)
        except (rooms.Gone, rooms.Refused, rooms.Broken):
            # We are not in it, or they are not.
            pass
    slack = client.of(workspace)
    slack.post_message(slack.open_dm(whisper.user), whisper.text, whisper.blocks or [])
    return None


def _in_the_channel(workspace: SlackWorkspace, whisper: Whisper) -> None:
    client.of(workspace).post_ephemeral(
        whisper.channel,
        whisper.user,
        whisper.text,
        whisper.blocks or [],
        thread_ts=whisper.thread or None,
    )


def _response(whisper: Whisper) -> dict[str, Any]:
    return {
        "response_type": "in_channel" if whisper.in_channel else "ephemeral",
        # Else the message with the buttons would be gone.
        "replace_original": False,
        "text": whisper.text,
        **({"blocks": whisper.blocks} if whisper.blocks else {}),
        **({"thread_ts": whisper.thread} if whisper.thread else {}),
    }
