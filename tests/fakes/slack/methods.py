"""The methods of the fake Slack about messages, modals and its tokens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes.slack.credentials import (
    APP_TOKEN,
    CLIENT_ID,
    CLIENT_SECRET,
)
from tests.fakes.slack.place import Channel, Person
from tests.fakes.slack.state import Grant, State

Said = dict[str, Any]


class Wrong(Exception):
    """The method answers with an error."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.said: Said = {"ok": False, "error": error, **more}


@dataclass
class Ask:
    """A call of a method, on its way."""

    slack: State
    grant: Grant | None
    args: dict[str, Any]

    @property
    def own(self) -> Grant:
        assert self.grant is not None
        return self.grant

    @property
    def bot(self) -> str:
        return self.own.workspace.bot

    def given(self, name: str, error: str = "invalid_arguments") -> Any:
        """Return an argument that must be there."""
        if self.args.get(name) in (None, ""):
            raise Wrong(error)
        return self.args[name]

    def flag(self, name: str) -> bool:
        """Read a yes or no, however it was spelled."""
        return str(self.args.get(name, "")).lower() in ("1", "true")

    def channel(self, *, for_members: bool = False) -> Channel:
        """Find the channel that is meant, if the bot may see it."""
        found = self.own.workspace.channels.get(str(self.given("channel")))
        if found is None:
            raise Wrong("channel_not_found")
        is_member = self.bot in found.members
        if not is_member and (found.is_private or found.is_im):
            raise Wrong("channel_not_found")
        if for_members and not is_member:
            raise Wrong("not_in_channel")
        return found

    def needs(self, *scopes: str) -> None:
        """Refuse a token that has none of these scopes."""
        if not self.own.scopes & set(scopes):
            provided = ",".join(sorted(self.own.scopes))
            raise Wrong("missing_scope", needed=scopes[0], provided=provided)

    def person(self, user_id: str) -> Person:
        """Find somebody of the workspace."""
        found = self.own.workspace.people.get(user_id)
        if found is None:
            raise Wrong("user_not_found")
        return found


Method = Callable[[Ask], Said]
METHODS: dict[str, tuple[Method, tuple[str, ...]]] = {}
# Without a token; the app says who it is.
OPEN = {"oauth.v2.access", "openid.connect.token"}


def method(name: str, *scopes: str) -> Callable[[Method], Method]:
    """Make a method known, with the scopes of which it needs one."""

    def keep(function: Method) -> Method:
        METHODS[name] = (function, scopes)
        return function

    return keep


def called(slack: State, name: str, token: str, args: dict[str, Any]) -> Said:
    """Call a method. Raises Wrong."""
    if name not in METHODS:
        raise Wrong("unknown_method", req_method=name)
    function, scopes = METHODS[name]
    ask = Ask(slack, _grant(slack, name, token), args)
    if scopes:
        ask.needs(*scopes)
    return {"ok": True, **function(ask)}


def _grant(slack: State, name: str, token: str) -> Grant | None:
    if name in OPEN:
        return None
    if name == "apps.connections.open":
        if token != APP_TOKEN:
            raise Wrong("not_allowed_token_type" if token else "not_authed")
        return None
    if not token:
        raise Wrong("not_authed")
    grant = slack.grants.get(token)
    if grant is None:
        raise Wrong("invalid_auth")
    if grant.is_revoked:
        raise Wrong("token_revoked")
    return grant


# Tokens


@method("auth.test")
def auth_test(ask: Ask) -> Said:
    team = ask.own.workspace
    person = ask.own.person or ask.person(ask.bot)
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": person.name,
        "team_id": team.id,
        "user_id": person.id,
        "bot_id": f"B{team.bot[1:]}",
        "is_enterprise_install": False,
    }


@method("auth.revoke")
def auth_revoke(ask: Ask) -> Said:
    if not ask.flag("test"):
        ask.own.is_revoked = True
    return {"revoked": not ask.flag("test")}


@method("apps.uninstall")
def apps_uninstall(ask: Ask) -> Said:
    if ask.args.get("client_id") != CLIENT_ID:
        raise Wrong("invalid_client_id")
    if ask.args.get("client_secret") != CLIENT_SECRET:
        raise Wrong("bad_client_secret")
    ask.slack.revoke(ask.own.workspace)
    return {}


@method("apps.connections.open")
def apps_connections_open(ask: Ask) -> Said:
    if ask.slack.socket is None:
        raise Wrong("internal_error")
    return {"url": ask.slack.socket.ticket()}
