"""What we ask of a workspace of Slack; each call is over in time, or fails in words.

All raise the failures of `integrations.chat.rooms` and nothing else, and none of them
names a token or an address.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from integrations.chat.rooms import Broken, Found, Refused
from integrations.models import SlackWorkspace
from integrations.slack import lifecycle
from integrations.slack.api import calls, failures, responses
from integrations.slack.api.shapes import Channels, SlackChannel, SlackUser, Usergroup

Blocks = Sequence[Mapping[str, Any]]
PAGE: Final = 500
LONGEST_LIST: Final = 1000


def of(workspace: SlackWorkspace) -> "Client":
    """Return the client of a workspace."""
    return Client(workspace)


def respond(response_url: str, payload: Mapping[str, Any]) -> None:
    """Answer where Slack let us for a press or a command, whosever it was.

    Raises Gone once that is over.
    """
    responses.respond(response_url, payload)


class Client:
    """One workspace, with its bot's token."""

    def __init__(self, workspace: SlackWorkspace) -> None:
        self.workspace = workspace

    # Messages

    def post_message(
        self,
        channel: str,
        text: str,
        blocks: Blocks,
        thread_ts: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        *,
        broadcast: bool = False,
    ) -> str:
        """Write into a channel, or below a message; this will return its id there."""
        given = {
            "channel": channel,
            **_content(text, blocks),
            **_set(thread_ts=thread_ts, metadata=metadata),
            **({"reply_broadcast": True} if broadcast else {}),
            "unfurl_links": False,
            "unfurl_media": False,
        }
        return str(self._in_channel("chat.postMessage", given)["ts"])

    def update_message(
        self,
        channel: str,
        ts: str,
        text: str,
        blocks: Blocks,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        """Change a message of ours."""
        given = {"channel": channel, "ts": ts, **_content(text, blocks)}
        self._ask("chat.update", {**given, **_set(metadata=metadata)})

    def delete_message(self, channel: str, ts: str) -> None:
        """Take a message of ours away."""
        self._ask("chat.delete", {"channel": channel, "ts": ts})

    def post_ephemeral(
        self,
        channel: str,
        user: str,
        text: str,
        blocks: Blocks = (),
        thread_ts: str | None = None,
    ) -> None:
        """Show something in a channel to one person only."""
        given = {"channel": channel, "user": user, **_content(text, blocks)}
        self._in_channel("chat.postEphemeral", {**given, **_set(thread_ts=thread_ts)})

    def respond(self, response_url: str, payload: Mapping[str, Any]) -> None:
        """Answer a press or a command; see the function of this name."""
        responses.respond(response_url, payload)

    def permalink(self, channel: str, ts: str) -> str:
        """Return the address of a message for people."""
        said = self._ask("chat.getPermalink", {"channel": channel, "message_ts": ts})
        return str(said["permalink"])

    def history(
        self, channel: str, oldest: str, latest: str, limit: int = 200
    ) -> list[dict[str, Any]]:
        """List messages of a channel with their metadata, the newest first.

        `oldest` and `latest` are ids of messages or seconds since 1970.
        """
        given = {
            "channel": channel,
            **_set(oldest=oldest, latest=latest),
            "limit": min(limit, LONGEST_LIST),
            "inclusive": True,
            "include_all_metadata": True,
        }
        return list(self._ask("conversations.history", given)["messages"])

    # Forms

    def open_view(
        self, trigger_id: str, view: Mapping[str, Any], *, seconds: float = 2
    ) -> str:
        """Open a form, within the three seconds after the press; this will return its
        id. Raises failures.TooLate."""
        given = {"trigger_id": trigger_id, "view": dict(view)}
        return str(self._ask("views.open", given, seconds=seconds)["view"]["id"])

    def update_view(
        self, view_id: str, view: Mapping[str, Any], *, seconds: float | None = None
    ) -> None:
        """Show something else in a form."""
        given = {"view_id": view_id, "view": dict(view)}
        self._ask("views.update", given, seconds=seconds)

    # People

    def user_info(self, user_id: str) -> SlackUser:
        """Return somebody of the workspace. Raises failures.NotFound."""
        return SlackUser.of(self._ask("users.info", {"user": user_id})["user"])

    def lookup_by_email(self, email: str) -> SlackUser | None:
        """Return who has an address there, or None."""
        with suppress(failures.NotFound):
            said = self._ask("users.lookupByEmail", {"email": email})
            return SlackUser.of(said["user"])
        return None

    def open_dm(self, user: str) -> str:
        """Return the channel of the conversation with somebody."""
        said = self._ask("conversations.open", {"users": user})
        return str(said["channel"]["id"])

    # Channels

    def list_channels(self, cursor: str = "") -> Channels:
        """List the channels that are open or that we are in, a page at a time."""
        given = {
            "types": "public_channel,private_channel",
            "exclude_archived": True,
            "limit": PAGE,
            **_set(cursor=cursor),
        }
        said = self._ask("conversations.list", given)
        found = [
            Found(each["id"], f"#{each['name']}", bool(each.get("is_private")))
            for each in said["channels"]
        ]
        return Channels(found, _cursor(said))

    def channel_info(self, channel: str) -> SlackChannel:
        """Return a channel as it is now."""
        said = self._ask("conversations.info", {"channel": channel})
        return SlackChannel.of(said["channel"])

    def join(self, channel: str) -> None:
        """Enter a public channel."""
        self._ask("conversations.join", {"channel": channel})

    def create_channel(self, name: str, private: bool = False) -> SlackChannel:
        """Make a channel with us in it. Raises failures.NameTaken."""
        given = {"name": name, "is_private": private}
        return SlackChannel.of(self._ask("conversations.create", given)["channel"])

    def invite(self, channel: str, users: Sequence[str]) -> None:
        """Bring people into a channel; who is in there already stays."""
        if not users:
            return
        given = {"channel": channel, "users": ",".join(users), "force": True}
        self._ask("conversations.invite", given, fine="already_in_channel")

    def archive(self, channel: str) -> None:
        """Close a channel for good."""
        given = {"channel": channel}
        self._ask("conversations.archive", given, fine="already_archived")

    def set_topic(self, channel: str, topic: str) -> None:
        """Say above a channel what it is about."""
        self._in_channel("conversations.setTopic", {"channel": channel, "topic": topic})

    # User groups

    def list_usergroups(self) -> list[Usergroup]:
        """List the groups that people mention as one, by their handles."""
        said = self._ask("usergroups.list", {"include_disabled": False})
        return [Usergroup.of(each) for each in said["usergroups"]]

    def usergroup_members(self, usergroup: str) -> list[str]:
        """List the ids of who is in a user group. Raises failures.NotFound."""
        return list(
            self._ask("usergroups.users.list", {"usergroup": usergroup})["users"]
        )

    def set_usergroup_members(self, usergroup: str, users: Sequence[str]) -> None:
        """Say who is in a user group, which Slack lets nobody empty."""
        given = {"usergroup": usergroup, "users": ",".join(users)}
        self._ask("usergroups.users.update", given)

    # The workspace itself

    def auth_test(self) -> dict[str, Any]:
        """Ask whether our access is still good, and whose it is."""
        return self._ask("auth.test", {})

    def _in_channel(self, method: str, given: dict[str, Any]) -> dict[str, Any]:
        """Ask for something in a channel; where that takes to be in it, enter once."""
        try:
            return self._ask(method, given, passes="not_in_channel")
        except _Passed:
            pass
        try:
            self.join(given["channel"])
        except Refused:
            # A private one, which only its people can let us into.
            raise Broken(str(failures.BROKEN["not_in_channel"])) from None
        return self._ask(method, given)

    def _ask(
        self,
        method: str,
        given: dict[str, Any],
        *,
        seconds: float | None = None,
        fine: str = "",
        passes: str = "",
    ) -> dict[str, Any]:
        """Call a method; `fine` names an error that says that all is well already."""
        if not self.workspace.is_connected or not self.workspace.token:
            raise Broken(_("The workspace is not connected. Connect it again."))
        try:
            return calls.call(self.workspace.token, method, given, seconds=seconds)
        except calls.Failed as failed:
            if failed.code and failed.code == fine:
                return {}
            if failed.code and failed.code == passes:
                raise _Passed from None
            if failed.code in failures.LOST:
                words = str(failures.LOST[failed.code])
                lifecycle.lost(self.workspace, words, at=timezone.now())
            raise failed.failure from None


class _Passed(Exception):
    """The error that a caller deals with itself."""


def _content(text: str, blocks: Blocks) -> dict[str, Any]:
    return {"text": text, **({"blocks": list(blocks)} if blocks else {})}


def _set(**given: Any) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value}


def _cursor(said: Mapping[str, Any]) -> str:
    return str((said.get("response_metadata") or {}).get("next_cursor") or "")
