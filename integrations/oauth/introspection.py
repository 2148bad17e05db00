"""Tells an app what became of a token of its own (RFC 7662)."""

from datetime import datetime
from typing import Any

from integrations.models import AccessToken, App, RefreshToken
from integrations.oauth import delegations, id_tokens, tokens


def describe(secret: str, app: App, *, at: datetime) -> dict[str, Any] | None:
    """Say what a good token of the app is good for; nothing about any other."""
    mine = {"token_checksum": tokens.digest(secret), "application": app}
    access = _with(AccessToken).filter(expires__gt=at, **mine).first()
    if access is not None:
        return _described(access, "access_token", access.expires)
    refresh = _with(RefreshToken).filter(expires_at__gt=at, revoked=None, **mine)
    if (found := refresh.first()) is not None:
        return _described(found, "refresh_token", found.expires_at)
    return None


def _with(model: Any) -> Any:
    return model.objects.select_related(*tokens.WITH_DELEGATION)


def _described(token: Any, kind: str, ends_at: datetime) -> dict[str, Any] | None:
    delegation = token.delegation
    if not delegations.is_alive(delegation):
        return None
    return {
        **id_tokens.about(delegation),
        "iss": id_tokens.issuer(),
        "client_id": delegation.app.client_id,
        "scope": token.scope,
        "token_type": "bearer" if kind == "access_token" else kind,
        "iat": int(token.created.timestamp()),
        "exp": int(ends_at.timestamp()),
    }
