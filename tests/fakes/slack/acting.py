"""What people do in the fake Slack, and what it tells our product of that, signed."""

import json
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests

from tests.fakes.slack import filling
from tests.fakes.slack.credentials import APP_ID
from tests.fakes.slack.place import Channel, Message, Person, Workspace
from tests.fakes.slack.telling import COMMANDS, INTERACTIVITY, Telling


class Slack(Telling):
    """A Slack with people who do things.

    `to` is Django's test client, the address of a running product, or the fake's own
    `socket`. All return the answer, with `status_code`, `content` and `json()`.
    `secret` forges a signature, `age` makes it so many seconds old.
    """

    def allows(
        self,
        address: str,
        person: Person,
        *,
        team: Workspace | None = None,
    ) -> str:
        """Allow what our product asks for; this will return our page that Slack sends
        the browser to, as a path."""
        return self._decides(address, person, team)

    def denies(self, address: str) -> str:
        """Press Cancel on that page; this will return where the browser goes."""
        return self._decides(address, None, None)

    def presses(
        self,
        to: Any,
        message: Message,
        action_id: str,
        user: Person,
        *,
        option: str = "",
        **how: Any,
    ) -> Any:
        """Press a button of a message, or choose an option of a menu in it."""
        element = filling.chosen(message.elements, action_id, option)
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel.id,
            "is_ephemeral": bool(message.only_for),
            **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
        }
        payload = {
            **self._around("block_actions", user, message.channel, message),
            "container": container,
            "message": None if message.only_for else message.shape(),
            "state": {"values": {}},
            "actions": [{**element, "action_ts": self.stamp()}],
        }
        return self._interacts(to, payload, **how)

    def chooses(
        self, to: Any, view: dict[str, Any], action_id: str, user: Person, **how: Any
    ) -> Any:
        """Press or choose something within a modal that tells the app at once."""
        option = how.pop("option", "")
        elements = filling.elements(view)
        payload = {
            **self._around("block_actions", user),
            "container": {"type": "view", "view_id": view["id"]},
            "view": view,
            "actions": [filling.chosen(elements, action_id, option)],
        }
        return self._interacts(to, payload, **how)

    def submits(
        self,
        to: Any,
        view: dict[str, Any],
        values: Mapping[str, Any],
        user: Person,
        **how: Any,
    ) -> Any:
        """Send a modal in; `values` are by the ids of actions or of blocks.

        What Slack would not let anybody send fails the test.
        """
        filled = {**view, "state": {"values": filling.state(view, values)}}
        payload = {
            **self._around("view_submission", user),
            "view": filled,
            "response_urls": [],
        }
        return self._interacts(to, payload, **how)

    def closes(self, to: Any, view: dict[str, Any], user: Person, **how: Any) -> Any:
        """Close a modal without sending it in."""
        payload = {**self._around("view_closed", user), "view": view}
        return self._interacts(to, {**payload, "is_cleared": False}, **how)

    def looks_up(
        self,
        to: Any,
        view: dict[str, Any],
        action_id: str,
        typed: str,
        user: Person,
        **how: Any,
    ) -> Any:
        """Type into a menu whose options the app knows."""
        payload = {
            **self._around("block_suggestion", user),
            "container": {"type": "view", "view_id": view["id"]},
            "view": view,
            "action_id": action_id,
            "block_id": filling.block_of(view, action_id),
            "value": typed,
        }
        return self._interacts(to, payload, **how)

    def shortcut(
        self,
        to: Any,
        callback_id: str,
        user: Person,
        message: Message | None = None,
        **how: Any,
    ) -> Any:
        """Choose a shortcut, of a message or of everywhere."""
        if message is None:
            payload = self._around("shortcut", user)
        else:
            kind = "message_action"
            payload = self._around(kind, user, message.channel, message)
            payload |= {"message": message.shape(), "message_ts": message.ts}
        payload |= {"callback_id": callback_id, "action_ts": self.stamp()}
        return self._interacts(to, payload, **how)

    def commands(
        self,
        to: Any,
        command: str,
        text: str,
        user: Person,
        channel: Channel,
        **how: Any,
    ) -> Any:
        """Type a command into a channel."""
        team = self._team(user)
        payload = {
            "token": "deprecated",
            "team_id": team.id,
            "team_domain": team.domain,
            "channel_id": channel.id,
            "channel_name": "directmessage" if channel.is_im else channel.name,
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": text,
            "api_app_id": APP_ID,
            "is_enterprise_install": "false",
            "response_url": self._response_url("commands", user, channel, None),
            "trigger_id": self.trigger(user),
        }
        answer = self.tells(to, COMMANDS, urlencode(payload), payload, **how)
        filling.show_answer(self, answer, user, channel)
        return answer

    def says(
        self,
        to: Any,
        where: Message | Channel,
        text: str,
        user: Person,
        **how: Any,
    ) -> Any:
        """Write into a thread or a channel; None where Slack tells the app nothing,
        because the bot is not in there."""
        channel = where if isinstance(where, Channel) else where.channel
        thread = None if isinstance(where, Channel) else where.thread_ts or where.ts
        message = self.posted(channel, text, user.id, thread_ts=thread)
        team = self._team(user)
        if team.bot not in channel.members:
            return None
        kind = "group" if channel.is_private else "channel"
        event = {
            **message.shape(),
            "channel": channel.id,
            "channel_type": "im" if channel.is_im else kind,
            "event_ts": message.ts,
            "client_msg_id": secrets.token_hex(8),
        }
        return self.event(to, event, team=team, **how)

    def uninstalls(self, to: Any, team: Workspace | None = None) -> Any:
        """Remove the app from a workspace, as its admins do; Slack tells of both."""
        team = team or self.team
        self.revoke(team)
        revoked = {"type": "tokens_revoked", "tokens": {"bot": [team.bot]}}
        self.event(to, revoked, team=team)
        return self.event(to, {"type": "app_uninstalled"}, team=team)

    def _decides(
        self, address: str, person: Person | None, team: Workspace | None
    ) -> str:
        assert address.startswith(self.base), address
        with requests.Session() as session:
            session.trust_env = False
            page = session.get(address, timeout=10)
            assert "Allow" in page.text, page.text
            who = person or self.person("admin")
            given = {
                "team": (team or self.workspaces[who.team_id]).id,
                "user": who.id,
                "answer": "allow" if person else "cancel",
            }
            answer = session.post(address, given, timeout=10, allow_redirects=False)
        return path_of(answer.headers["Location"])

    def _interacts(self, to: Any, payload: dict[str, Any], **how: Any) -> Any:
        body = urlencode({"payload": json.dumps(payload)})
        answer = self.tells(to, INTERACTIVITY, body, payload, **how)
        if "view" in payload:
            filling.apply_answer(self, answer, payload)
        return answer

    def _around(
        self,
        kind: str,
        user: Person,
        channel: Channel | None = None,
        message: Message | None = None,
    ) -> dict[str, Any]:
        """What is in every payload of an interaction."""
        team = self._team(user)
        found: dict[str, Any] = {
            "type": kind,
            "token": "deprecated",
            "api_app_id": APP_ID,
            "team": {"id": team.id, "domain": team.domain},
            "enterprise": None,
            "is_enterprise_install": False,
            "user": {
                "id": user.id,
                "username": user.name,
                "name": user.name,
                "team_id": team.id,
            },
            "trigger_id": self.trigger(user),
        }
        if channel is not None:
            found["channel"] = {"id": channel.id, "name": channel.name}
            url = self._response_url("actions", user, channel, message)
            found["response_url"] = url
        return found


def path_of(url: str) -> str:
    """Return what names one of our pages, without whose it is."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
