"""Access tokens with their refresh tokens: kept as digests, renewed once, ended."""

from datetime import datetime, timedelta
from typing import Any

from oauth2_provider.models import set_token_value
from oauthlib.common import Request

from integrations.models import AccessToken, App, RefreshToken
from integrations.oauth import delegations, tokens


def keep(token: dict[str, Any], request: Request, *, at: datetime) -> None:
    """Keep what the app is about to get; the pair that it renews ends."""
    renewed: RefreshToken | None = getattr(request, "refresh_token_instance", None)
    if renewed is not None:
        renewed.revoke()
    both = {
        "account": request.delegation.account,
        "delegation": request.delegation,
        "application": request.client,
        "user": request.user,
        "scope": token["scope"],
    }
    access = AccessToken(expires=at + timedelta(seconds=token["expires_in"]), **both)
    set_token_value(access, token["access_token"])
    access.save()
    if secret := token.get("refresh_token"):
        window_ends_at = _window(request, at)
        refresh = RefreshToken(
            access_token=access,
            token_family=request.family,
            expires_at=min(at + tokens.of(request.client).refresh, window_ends_at),
            window_ends_at=window_ends_at,
            **both,
        )
        set_token_value(refresh, secret)
        refresh.save()
    delegations.note_use(request.delegation, at)


def seconds(request: Request, *, at: datetime) -> int:
    """Say for how long the access token that is about to be made is good."""
    if request.grant_type == "client_credentials":
        return int(tokens.OF_AN_APP.total_seconds())
    ends_at = min(at + tokens.of(request.client).access, _window(request, at))
    return int((ends_at - at).total_seconds())


def find_refresh(secret: str, app: App, *, at: datetime) -> RefreshToken | None:
    """Find a good refresh token, and hold it until the transaction ends.

    One that was used before was stolen: this will end all that came from it. Being
    held, of two requests that show it at once the second one is found out.
    """
    found = (
        RefreshToken.objects.select_for_update(of=("self",))
        .select_related("user", *tokens.WITH_DELEGATION)
        .filter(token_checksum=tokens.digest(secret), application=app)
        .first()
    )
    if found is not None and found.revoked:
        RefreshToken.revoke_family(found.token_family)
        return None
    if found is None or found.expires_at <= at:
        return None
    return found if delegations.is_alive(found.delegation) else None


def find_access(secret: str) -> AccessToken | None:
    """Find an access token, whether it is still good or not."""
    return (
        AccessToken.objects.select_related(*tokens.WITH_DELEGATION)
        .filter(token_checksum=tokens.digest(secret))
        .first()
    )


def end(secret: str, app: App) -> None:
    """End the app's own token and its twin; of another app's this says nothing."""
    checksum = tokens.digest(secret)
    mine = RefreshToken.objects.filter(application=app)
    refresh = (
        mine.filter(token_checksum=checksum).first()
        or mine.filter(access_token__token_checksum=checksum).first()
    )
    if refresh is not None:
        RefreshToken.revoke_family(refresh.token_family)
    AccessToken.objects.filter(token_checksum=checksum, application=app).delete()


def _window(request: Request, at: datetime) -> datetime:
    """Say when all renewals end, which the first token of the family has set."""
    renewed = getattr(request, "refresh_token_instance", None)
    ends_at: datetime = (
        renewed.window_ends_at if renewed else at + tokens.of(request.client).window
    )
    return ends_at
