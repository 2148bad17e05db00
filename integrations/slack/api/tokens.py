"""How we get tokens of Slack, for a workspace or to learn who somebody is, and how we
give them back."""

import base64
import json
from typing import Any

from django.conf import settings
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from integrations.chat.rooms import Failure, Refused
from integrations.slack.api import calls
from integrations.slack.api.shapes import Installation, SlackUser


def exchange(code: str, redirect_uri: str) -> Installation:
    """Trade what the browser brought for the bot's token; raises Failure."""
    return Installation.of(_ask("oauth.v2.access", _app(code, redirect_uri)))


def sign_in(code: str, redirect_uri: str, nonce: str) -> SlackUser:
    """Trade what the browser brought for who that person is; raises Failure.

    It must have been allowed in the very browser that knows `nonce`. Nothing is kept:
    the token for it is given back at once.
    """
    given = {**_app(code, redirect_uri), "grant_type": "authorization_code"}
    found = _ask("openid.connect.token", given)
    token = str(found["access_token"])
    try:
        if not _is_for(found.get("id_token"), nonce):
            raise Refused(_("Slack's answer belongs to another sign-in. Start again."))
        said = _ask("openid.connect.userInfo", {}, token=token)
    finally:
        give_back(token)
    return SlackUser(
        id=str(said.get("https://slack.com/user_id") or said.get("sub") or ""),
        team_id=str(said.get("https://slack.com/team_id") or ""),
        name=str(said.get("name") or ""),
        email=str(said.get("email") or "") if said.get("email_verified") else "",
        is_bot=False,
    )


def address_of(token: str) -> str:
    """Return the workspace's own address, or nothing where Slack does not say it."""
    try:
        url = str(_ask("auth.test", {}, token=token).get("url") or "")
    except Failure:
        return ""
    return url if url.startswith("https://") and len(url) <= 300 else ""


def give_back(token: str, *, seconds: float | None = None) -> bool:
    """End one token; this will return whether Slack says so, and never raise."""
    try:
        _ask("auth.revoke", {}, token=token, seconds=seconds)
    except Failure:
        return False
    return True


def uninstall(token: str, *, seconds: float | None = None) -> bool:
    """Remove us from the workspace of a bot's token, or end at least the token.

    This will return whether Slack says so, and never raise.
    """
    given = {
        "client_id": settings.SLACK_CLIENT_ID,
        "client_secret": settings.SLACK_CLIENT_SECRET,
    }
    try:
        _ask("apps.uninstall", given, token=token, seconds=seconds)
    except Failure:
        return give_back(token, seconds=seconds)
    return True


def _is_for(id_token: Any, nonce: str) -> bool:
    """Say whether an id token was made for us and this sign-in.

    It came from Slack itself, by a connection that proves it; so its signature need
    not be looked at (OpenID Connect Core, 3.1.3.7).
    """
    try:
        body = str(id_token).split(".")[1]
        padded = body + "=" * (-len(body) % 4)
        claims = json.loads(base64.urlsafe_b64decode(padded))
        return bool(
            claims["aud"] == settings.SLACK_CLIENT_ID
            and constant_time_compare(claims["nonce"], nonce)
        )
    except (IndexError, KeyError, TypeError, ValueError):
        return False


def _app(code: str, redirect_uri: str) -> dict[str, str]:
    return {
        "client_id": settings.SLACK_CLIENT_ID,
        "client_secret": settings.SLACK_CLIENT_SECRET,
        "code": code,
        "redirect_uri": redirect_uri,
    }


def _ask(
    method: str,
    given: dict[str, Any],
    *,
    token: str = "",
    seconds: float | None = None,
) -> dict[str, Any]:
    try:
        return calls.call(token, method, given, seconds=seconds)
    except calls.Failed as failed:
        raise failed.failure from None
