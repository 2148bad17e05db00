"""A Mattermost server on this machine: its API of version 4, as far as we use it."""

import base64
import json
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import time
from typing import Any
from urllib.parse import urlsplit

from tests.fakes import web

TOKEN = "bottokenbottokenbottokenbo"
LONGEST_POST = 16_383


def new_id() -> str:
    """Make an id as Mattermost does."""
    return "".join(
        secrets.choice("abcdefghijkmnopqrstuwxyz13456789") for _ in range(26)
    )


@dataclass
class Server:
    """Who and what is on it."""

    base: str = ""
    bot: str = field(default_factory=new_id)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    teams: dict[str, dict[str, Any]] = field(default_factory=dict)
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    # What is answered instead, once each: (status, object, head).
    answers: list[tuple[int, dict[str, Any], dict[str, str]]] = field(
        default_factory=list
    )
    # So many posts are taken, and never answered.
    unanswered: int = 0
    tokens: set[str] = field(default_factory=lambda: {TOKEN})

    def __post_init__(self) -> None:
        self.users[self.bot] = {"id": self.bot, "username": "oncall", "is_bot": True}
        self.team = self.add_team("ops", "Operations")
        self.channel = self.add_channel("incidents", "Incidents")

    def add_team(self, name: str, title: str) -> str:
        id_ = new_id()
        self.teams[id_] = {"id": id_, "name": name, "display_name": title}
        return id_

    def add_channel(self, name: str, title: str, *, joined: bool = True) -> str:
        id_ = new_id()
        found = {"id": id_, "name": name, "display_name": title, "type": "O"}
        self.channels[id_] = found | {"team_id": self.team, "delete_at": 0}
        self.members[id_] = {self.bot} if joined else set()
        return id_

    def add_user(self, name: str, email: str, *, joined: bool = True) -> str:
        id_ = new_id()
        user = {"id": id_, "username": name, "email": email, "delete_at": 0}
        self.users[id_] = user
        if joined:
            self.members[self.channel].add(id_)
        return id_

    def shown(self, channel: str = "") -> list[dict[str, Any]]:
        """The posts of a channel that begin no answer, the oldest first."""
        wanted = channel or self.channel
        found = [post for post in self.posts.values() if not post["root_id"]]
        return [post for post in found if post["channel_id"] == wanted]

    def thread(self, post: str) -> list[str]:
        """What was written below a post."""
        found = (each for each in self.posts.values() if each["root_id"] == post)
        return [each["message"] for each in found]

    def whispers(self, user: str) -> list[str]:
        """What the bot has told somebody in private."""
        channel = f"direct-{user}"
        found = (p for p in self.posts.values() if p["channel_id"] == channel)
        return [post["message"] for post in found]

    def press(
        self, post: str, action: str, user: str, *, ago: float = 0
    ) -> dict[str, Any]:
        """What the server sends us when somebody presses a button: to its address."""
        found = self.posts[post]["props"]["attachments"][0]["actions"]
        chosen = next(each for each in found if each["id"] == action)
        return {
            "user_id": user,
            "user_name": self.users[user]["username"],
            "channel_id": self.channel,
            "post_id": post,
            "trigger_id": _trigger(user, ago),
            "type": "",
            "data_source": "",
            "context": chosen["integration"]["context"],
        }


def _trigger(user: str, ago: float = 0) -> str:
    """Name a press as the server does: whose it is, when, and a signature."""
    at = int((time() - ago) * 1000)
    text = f"{new_id()}:{user}:{at}:{secrets.token_urlsafe(40)}"
    return base64.b64encode(text.encode()).decode()


Said = tuple[int, Any]


class _Handler(web.Handler):
    server_: Server

    def do_GET(self) -> None:
        self._serve(None)

    def do_POST(self) -> None:
        self._serve(json.loads(self.body()))

    def do_PUT(self) -> None:
        self._serve(json.loads(self.body()))

    def _serve(self, body: Any) -> None:
        own = self.server_
        if own.answers:
            status, given, head = own.answers.pop(0)
            self.answer(status, given, **head)
            return
        if self.headers["Authorization"].removeprefix("Bearer ") not in own.tokens:
            self._say(_error(401, "api.context.session_expired.app_error"))
            return
        path = urlsplit(self.path).path.removeprefix("/api/v4")
        for method, pattern, act in ROUTES:
            found = re.fullmatch(pattern, path)
            if found and method == self.command:
                said = act(own, body, *found.groups())
                if own.unanswered and path == "/posts":
                    own.unanswered -= 1
                    self.hang_up()
                else:
                    self._say(said)
                return
        self._say(_error(404, "api.context.404.app_error"))

    def _say(self, said: Said) -> None:
        self.answer(*said)


def _error(status: int, name: str) -> Said:
    return status, {"id": name, "message": "No.", "status_code": status}


def _me(own: Server, body: Any) -> Said:
    return 200, own.users[own.bot]


def _user(own: Server, body: Any, id_: str) -> Said:
    found = own.users.get(id_)
    return (200, found) if found else _error(404, "app.user.missing_account.const")


def _teams(own: Server, body: Any) -> Said:
    return 200, list(own.teams.values())


def _of_team(own: Server, body: Any, team: str) -> Said:
    found = [c for c in own.channels.values() if c["team_id"] == team]
    return 200, [c for c in found if own.bot in own.members[c["id"]]]


def _named(own: Server, body: Any, team: str, name: str) -> Said:
    for channel in own.channels.values():
        if (own.teams[channel["team_id"]]["name"], channel["name"]) == (team, name):
            return 200, channel
    return _error(404, "app.channel.get_by_name.missing.app_error")


def _channel(own: Server, body: Any, id_: str) -> Said:
    found = own.channels.get(id_)
    return (200, found) if found else _error(404, "app.channel.get.existing.app_error")


def _member(own: Server, body: Any, channel: str, user: str) -> Said:
    who = own.bot if user == "me" else user
    if who not in own.members.get(channel, ()):
        return _error(404, "app.channel.get_member.missing.app_error")
    return 200, {"channel_id": channel, "user_id": who}


def _posts(own: Server, body: Any, channel: str) -> Said:
    found = [post for post in own.posts.values() if post["channel_id"] == channel]
    newest = [post["id"] for post in reversed(found)]
    return 200, {"order": newest, "posts": {post["id"]: post for post in found}}


def _post(own: Server, body: Any) -> Said:
    channel, root = body["channel_id"], body.get("root_id", "")
    is_direct = channel.startswith("direct-")
    if not is_direct and own.bot not in own.members.get(channel, ()):
        return _error(403, "api.context.permissions.app_error")
    if not is_direct and own.channels[channel]["delete_at"]:
        return _error(400, "api.post.create_post.can_not_post_to_deleted.error")
    if root and root not in own.posts:
        return _error(400, "api.post.create_post.root_id.app_error")
    if len(body.get("message", "")) > LONGEST_POST:
        return _error(400, "model.post.is_valid.message_length.app_error")
    post = {"id": new_id(), "user_id": own.bot, "root_id": root, "props": {}} | body
    own.posts[post["id"]] = post
    return 201, post


def _patch(own: Server, body: Any, id_: str) -> Said:
    if id_ not in own.posts:
        return _error(404, "app.post.get.app_error")
    own.posts[id_] |= body
    return 200, own.posts[id_]


def _direct(own: Server, body: Any) -> Said:
    first, second = body
    return 201, {"id": f"direct-{second}", "type": "D", "name": f"{first}__{second}"}


Act = Callable[..., Said]
ROUTES: list[tuple[str, str, Act]] = [
    ("GET", "/users/me", _me),
    ("GET", "/users/me/teams", _teams),
    ("GET", "/users/me/teams/([^/]+)/channels", _of_team),
    ("GET", "/users/([^/]+)", _user),
    ("GET", "/teams/name/([^/]+)/channels/name/([^/]+)", _named),
    ("POST", "/channels/direct", _direct),
    ("GET", "/channels/([^/]+)/members/([^/]+)", _member),
    ("GET", "/channels/([^/]+)/posts", _posts),
    ("GET", "/channels/([^/]+)", _channel),
    ("POST", "/posts", _post),
    ("PUT", "/posts/([^/]+)/patch", _patch),
]


@contextmanager
def serving() -> Iterator[Server]:
    """Run a server on a free port."""
    server = Server()
    with web.serving(_Handler, server_=server) as server.base:
        yield server
