"""How the fake Slack tells our product what happened: signed, or over the socket."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

import requests

from tests.fakes.slack.credentials import APP_ID, SIGNING_SECRET
from tests.fakes.slack.place import Channel, Message, Person, Workspace
from tests.fakes.slack.state import Sent, State, Use

FORM = "application/x-www-form-urlencoded"
INTERACTIVITY = "/slack/interactivity"
EVENTS = "/slack/events"
COMMANDS = "/slack/commands"
# What Socket Mode calls what comes to each door.
ENVELOPES = {
    INTERACTIVITY: "interactive",
    EVENTS: "events_api",
    COMMANDS: "slash_commands",
}


class Telling(State):
    """A Slack that tells.

    `to` is Django's test client, the address of a running product, or the fake's own
    `socket`. All return the answer, with `status_code`, `content` and `json()`.
    `secret` forges a signature, `age` makes it so many seconds old.
    """

    def event(
        self,
        to: Any,
        event: dict[str, Any],
        *,
        team: Workspace | None = None,
        **how: Any,
    ) -> Any:
        """Tell the app that something happened."""
        team = team or self.team
        payload = {
            "token": "deprecated",
            "team_id": team.id,
            "api_app_id": APP_ID,
            "event": {"event_ts": self.stamp(), **event},
            "type": "event_callback",
            "event_id": self.fresh("Ev"),
            "event_time": int(self.now()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": team.id,
                    "user_id": team.bot,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": self.fresh("EC"),
        }
        return self._events(to, payload, **how)

    def checks_address(self, to: Any, **how: Any) -> Any:
        """Ask, as Slack does when somebody enters the address of events."""
        payload = {"token": "deprecated", "type": "url_verification"}
        return self._events(to, payload | {"challenge": "a challenge"}, **how)

    def repeats(self, to: Any, sent: Sent | None = None, **headers: str) -> Any:
        """Send a request again, to the byte: the last one if no other is given.

        Slack itself does so with `X_Slack_Retry_Num` and `X_Slack_Retry_Reason`.
        """
        again = sent or self.sent[-1]
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._posts(to, again, {**again.headers, **more})

    def tells(
        self,
        to: Any,
        path: str,
        body: str,
        payload: Any = None,
        *,
        kind: str = FORM,
        secret: str = SIGNING_SECRET,
        age: float = 0,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send a request to our product, signed; over the socket as an envelope."""
        stamp = str(int(self.now() - age))
        signed = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(body, stamp, secret),
            **(headers or {}),
        }
        self.sent.append(Sent(path, body, signed, payload))
        return self._posts(to, self.sent[-1], signed)

    def _events(self, to: Any, payload: dict[str, Any], **how: Any) -> Any:
        body = json.dumps(payload)
        return self.tells(to, EVENTS, body, payload, kind="application/json", **how)

    def _posts(self, to: Any, sent: Sent, headers: dict[str, str]) -> Any:
        if hasattr(to, "hand_over"):
            return to.hand_over(ENVELOPES[sent.path], sent.payload)
        if not isinstance(to, str):
            named = dict(headers)
            kind = named.pop("Content-Type")
            data = sent.body.encode()
            return to.post(sent.path, data, content_type=kind, headers=named)
        address = to.rstrip("/") + sent.path
        with requests.Session() as session:
            # The machine's own proxies are for other machines.
            session.trust_env = False
            return session.post(
                address, sent.body.encode(), headers=headers, timeout=30
            )

    def _response_url(
        self,
        kind: str,
        user: Person,
        channel: Channel | None,
        message: Message | None,
    ) -> str:
        name = secrets.token_hex(12)
        self.response_urls[name] = Use(channel, user, message, self.now())
        return f"{self.base}/{kind}/{user.team_id}/{self.fresh('')}/{name}"

    def _team(self, user: Person) -> Workspace:
        return self.workspaces[user.team_id]


def signature(body: str, stamp: str, secret: str) -> str:
    """Sign as Slack's documentation says."""
    text = f"v0:{stamp}:{body}".encode()
    return f"v0={hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()}"
