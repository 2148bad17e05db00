"""Whose an access token is, when somebody shows it at another door."""

from datetime import datetime

from django.http import HttpRequest
from oauth2_provider.utils import parse_bearer_token

from integrations.models import AccessToken
from integrations.oauth import delegations, pairs, scopes


def sent(request: HttpRequest) -> str:
    """Read the token that came in the header, and nowhere else."""
    return parse_bearer_token(request.headers.get("Authorization", "")) or ""


def find(secret: str) -> AccessToken | None:
    """Find a token, good or not; asked in `all_accounts()`."""
    return pairs.find_access(secret) if secret else None


def is_good(token: AccessToken, *, at: datetime) -> bool:
    """Say whether it is still good, and everybody who agreed to it is still there."""
    return bool(token.expires > at) and delegations.is_alive(token.delegation)


def authenticate(secret: str, *, at: datetime) -> AccessToken | None:
    """Find a good token; asked in `all_accounts()`."""
    token = find(secret)
    return token if token is not None and is_good(token, at=at) else None


def good_for(token: AccessToken) -> frozenset[str]:
    """Name its scopes, less those that the app has lost since."""
    return frozenset(token.scope.split()) & scopes.allowed(token.delegation.app)
