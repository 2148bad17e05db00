"""Asks a Mattermost server what we need, as the bot that somebody made for us."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext as _

from integrations.chat import calls
from integrations.chat.calls import Answer
from integrations.chat.rooms import Broken, Failure, Gone, Refused, Unavailable
from integrations.models import Room

NAME: Final = "Mattermost"
ID: Final = re.compile(r"[a-z0-9]{26}")
# Enough to find what was posted a moment ago; more would not fit into an answer.
LOOKS_BACK: Final = 20
LONGEST_PLACE: Final = 100
# Whose channels are looked at where only a name was typed.
MOST_TEAMS: Final = 10
# How Mattermost names what is wrong where the status does not tell.
ARCHIVED: Final = "can_not_post_to_deleted"
NO_ROOT: Final = "create_post.root_id"
NO_POST: Final = ("update_post.find", "get_single", "post.get.app_error")
TOO_OLD: Final = "permissions_time_limit"


@dataclass(frozen=True, slots=True)
class Secret:
    """What is needed to write to a room, and is kept sealed."""

    address: str
    token: str = field(repr=False)
    bot_id: str

    def as_text(self) -> str:
        """Write it down, to be sealed."""
        return json.dumps(asdict(self))

    @property
    def place(self) -> str:
        """Where the ids of its people are unique."""
        return f"mattermost {urlsplit(self.address).netloc}"[:LONGEST_PLACE]


def secret_of(room: Room) -> Secret:
    """Open what is needed to write to a room."""
    return Secret(**json.loads(room.secret))


def post(secret: Secret, body: dict[str, Any]) -> str:
    """Write something; this will return the post's id."""
    name = str(_good(_ask(secret, "POST", "/posts", body)).get("id", ""))
    if not name:
        raise Unavailable(_("Mattermost answered strangely."), is_uncertain=True)
    return name


def patch(secret: Secret, post_id: str, body: dict[str, Any]) -> None:
    """Change a post. Raises Gone where it is not there any more."""
    answer = _ask(secret, "PUT", f"/posts/{quote(post_id, safe='')}/patch", body)
    if answer.status == 404 or _is(answer, *NO_POST):
        raise Gone(_("The message was deleted in Mattermost."))
    _good(answer)


def latest(secret: Secret, channel_id: str) -> list[dict[str, Any]]:
    """List what was written in a channel of late, the newest first."""
    path = f"/channels/{channel_id}/posts?per_page={LOOKS_BACK}"
    said = _good(_ask(secret, "GET", path))
    order, posts = said.get("order"), said.get("posts")
    if not isinstance(order, list) or not isinstance(posts, dict):
        return []
    return [posts[each] for each in order if isinstance(posts.get(each), dict)]


def whisper(secret: Secret, user_id: str, text: str) -> None:
    """Tell somebody something in private."""
    between = [secret.bot_id, user_id]
    channel = _good(_ask(secret, "POST", "/channels/direct", between))
    post(secret, {"channel_id": str(channel.get("id", "")), "message": text})


def me(secret: Secret) -> dict[str, Any]:
    """Say who the bot is."""
    return _good(_ask(secret, "GET", "/users/me"))


def user(secret: Secret, user_id: str) -> dict[str, Any]:
    """Say who somebody is."""
    return _good(_ask(secret, "GET", f"/users/{quote(user_id, safe='')}"))


def is_member(secret: Secret, channel_id: str, user_id: str) -> bool:
    """Say whether somebody, or "me", is in a channel."""
    path = f"/channels/{channel_id}/members/{quote(user_id, safe='')}"
    answer = _ask(secret, "GET", path)
    if answer.status in (403, 404):
        return False
    return bool(_good(answer))


def channel(secret: Secret, channel_id: str) -> dict[str, Any] | None:
    """Find a channel by its id."""
    return _found(secret, f"/channels/{quote(channel_id, safe='')}")


def channel_of_team(secret: Secret, team: str, name: str) -> dict[str, Any] | None:
    """Find a channel by the names that its address has."""
    names = f"{quote(team, safe='')}/channels/name/{quote(name, safe='')}"
    return _found(secret, f"/teams/name/{names}")


def channels(secret: Secret) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the channels that the bot is in, each with its team."""
    for team in _ask(secret, "GET", "/users/me/teams").list[:MOST_TEAMS]:
        path = f"/users/me/teams/{team.get('id')}/channels"
        for found in _ask(secret, "GET", path).list:
            # Not those between people.
            if found.get("type") in ("O", "P"):
                yield team, found


def _ask(secret: Secret, method: str, path: str, body: Any = None) -> Answer:
    return calls.ask(
        method,
        f"{secret.address}/api/v4{path}",
        chat=NAME,
        body=body,
        headers={"Authorization": f"Bearer {secret.token}"},
    )


def _found(secret: Secret, path: str) -> dict[str, Any] | None:
    answer = _ask(secret, "GET", path)
    return None if answer.status in (400, 403, 404) else _good(answer)


def _good(answer: Answer) -> dict[str, Any]:
    """Return what was said, or raise why it was not done."""
    if not answer.is_good:
        raise _failure(answer)
    if not answer.object:
        raise Unavailable(_("There is no Mattermost at this address."))
    return answer.object


def _failure(answer: Answer) -> Failure:
    if answer.status == 401:
        return Broken(_("Mattermost does not know the bot's token any more."))
    if _is(answer, ARCHIVED):
        return Broken(_("The channel was archived in Mattermost."))
    if _is(answer, NO_ROOT):
        return Gone(_("The message was deleted in Mattermost."))
    if _is(answer, TOO_OLD):
        return Refused(_("Mattermost lets nobody change a message of this age."))
    if answer.status in (403, 404):
        words = _(
            "The bot may not write in this channel of Mattermost, or it was deleted."
            " Add the bot to the channel."
        )
        return Broken(words)
    said = calls.quoted(answer.object.get("message") or answer.status)
    return Refused(_("Mattermost refused it (%(said)s).") % {"said": said})


def _is(answer: Answer, *names: str) -> bool:
    found = str(answer.object.get("id", ""))
    return any(name in found for name in names)
