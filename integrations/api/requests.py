"""A request of the REST API: whose it is, and where its caller thinks we are."""

from dataclasses import dataclass

from django.http import HttpRequest
from rest_framework.request import Request

from accounts.models import Account, Membership
from accounts.permissions import Actor
from integrations.models import App

PREFIX = "/api"


@dataclass(frozen=True)
class Credential:
    """What a request is let in with: an API key, or a token of an app."""

    # Whose requests count together.
    counter: str
    # Whose rights it has; nobody's for one of the account, or of an app itself.
    membership: Membership | None = None
    # Of a token alone, which has scopes; a key may do all that its owner may.
    app: App | None = None
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Caller:
    """Whose credential a request carries, and whom it acts as."""

    account: Account
    credential: Credential
    actor: Actor


class ApiRequest(Request):
    """A request of a known caller, as views receive it."""

    account: Account
    actor: Actor
    caller: Caller


def address(request: HttpRequest, path: str) -> str:
    """Spell a resource's address on the host, and below the prefix, that was called."""
    is_below = request.path_info.startswith(f"{PREFIX}/")
    root = f"{request.scheme}://{request.get_host()}{PREFIX if is_below else ''}"
    return f"{root}/{path}"
