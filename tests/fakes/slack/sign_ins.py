"""How the fake Slack gives tokens away: its pages for that, and OAuth's methods."""

import base64
import secrets
from typing import Any
from urllib.parse import urlencode

from jwcrypto import jwk, jwt

from tests.fakes.slack.credentials import APP_ID, CLIENT_ID, CLIENT_SECRET
from tests.fakes.slack.methods import Ask, Said, Wrong, method
from tests.fakes.slack.place import Person, Workspace
from tests.fakes.slack.state import Code, Grant, State

KEY = jwk.JWK.generate(kty="RSA", size=2048, kid="fake", use="sig", alg="RS256")


def refusal(slack: State, asked: dict[str, str], *, is_sign_in: bool) -> str:
    """Say why the page cannot be shown, as Slack does; nothing when it can."""
    if asked.get("client_id") != CLIENT_ID:
        return "Invalid client_id parameter"
    if not asked.get("redirect_uri", "").startswith(("http://", "https://")):
        return "redirect_uri did not match any configured URIs"
    if is_sign_in and "openid" not in asked.get("scope", "").split():
        return "Invalid permissions requested"
    if not is_sign_in and not asked.get("scope"):
        return "Invalid permissions requested"
    return ""


def decided(
    slack: State, asked: dict[str, str], team: Workspace, person: Person | None
) -> str:
    """Return where the browser is sent once somebody allowed it, or nobody."""
    answer = {"state": asked.get("state", "")}
    if person is None:
        answer["error"] = "access_denied"
    else:
        answer["code"] = f"{team.id}.{secrets.token_hex(16)}"
        scopes = asked["scope"].replace(" ", ",").split(",")
        slack.codes[answer["code"]] = Code(
            team, person, asked["redirect_uri"], scopes, asked.get("nonce", "")
        )
    joint = "&" if "?" in asked["redirect_uri"] else "?"
    return f"{asked['redirect_uri']}{joint}{urlencode(answer)}"


@method("oauth.v2.access")
def oauth_v2_access(ask: Ask) -> Said:
    code = _code(ask)
    team = code.workspace
    token = ask.slack.install(team, scopes=code.scopes)
    granted = ask.slack.grants[token].scopes
    is_wide = bool(team.enterprise)
    rotation = {"expires_in": 43200, "refresh_token": "xoxe-1-again"}
    return {
        "app_id": APP_ID,
        "authed_user": {"id": code.person.id},
        "scope": ",".join(sorted(granted)),
        "token_type": "bot",
        "access_token": token,
        "bot_user_id": team.bot,
        "team": None if is_wide else {"id": team.id, "name": team.name},
        "enterprise": {"id": team.enterprise, "name": team.name} if is_wide else None,
        "is_enterprise_install": is_wide,
        **(rotation if ask.slack.rotates else {}),
    }


@method("openid.connect.token")
def openid_connect_token(ask: Ask) -> Said:
    code = _code(ask)
    token = f"xoxp-{secrets.token_hex(16)}"
    grant = Grant(token, code.workspace, set(code.scopes), person=code.person)
    ask.slack.grants[token] = grant
    now = int(ask.slack.now())
    claims = {
        **claims_of(grant),
        "iss": ask.slack.base,
        "aud": CLIENT_ID,
        "iat": now,
        "exp": now + 300,
        "auth_time": now,
        **({"nonce": code.nonce} if code.nonce else {}),
    }
    signed = jwt.JWT(header={"alg": "RS256", "kid": "fake"}, claims=claims)
    signed.make_signed_token(KEY)
    return {
        "access_token": token,
        "token_type": "Bearer",
        "id_token": str(signed.serialize()),
    }


@method("openid.connect.userInfo", "openid")
def openid_connect_user_info(ask: Ask) -> Said:
    if ask.own.person is None:
        raise Wrong("not_allowed_token_type")
    return claims_of(ask.own)


def claims_of(grant: Grant) -> dict[str, Any]:
    """What is said of the person of a token."""
    person, team = grant.person, grant.workspace
    assert person is not None
    found: dict[str, Any] = {
        "sub": person.id,
        "https://slack.com/user_id": person.id,
        "https://slack.com/team_id": team.id,
    }
    if "email" in grant.scopes:
        found |= {"email": person.email, "email_verified": True}
    if "profile" in grant.scopes:
        found |= {
            "name": person.name.title(),
            "given_name": person.name.title(),
            "family_name": "",
            "locale": "en-US",
            "https://slack.com/team_name": team.name,
            "https://slack.com/team_domain": team.domain,
        }
    return found


def _code(ask: Ask) -> Code:
    _app(ask)
    code = ask.slack.codes.get(str(ask.args.get("code") or ""))
    if code is None:
        raise Wrong("invalid_code")
    if code.is_used:
        raise Wrong("code_already_used")
    if ask.args.get("redirect_uri", code.redirect_uri) != code.redirect_uri:
        raise Wrong("bad_redirect_uri")
    code.is_used = True
    return code


def _app(ask: Ask) -> None:
    client, secret = ask.args.get("client_id"), ask.args.get("client_secret")
    if basic := ask.args.pop("_basic", ""):
        client, _, secret = base64.b64decode(basic).decode().partition(":")
    if client != CLIENT_ID:
        raise Wrong("invalid_client_id")
    if secret != CLIENT_SECRET:
        raise Wrong("bad_client_secret")
