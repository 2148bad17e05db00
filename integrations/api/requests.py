"""A request of the REST API: whose it is, and where its caller thinks we are."""

from dataclasses import dataclass

from django.http import HttpRequest
from rest_framework.request import Request

from accounts.models import Account, ApiKey
from accounts.permissions import Actor

PREFIX = "/api"


@dataclass(frozen=True)
class Caller:
    """Whose credential a request carries, and whom it acts as."""

    account: Account
    key: ApiKey
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
