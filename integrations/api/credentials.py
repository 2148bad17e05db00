"""Who calls the REST API, by a key or as an app, and for whom they act."""

import re
from datetime import datetime

from django.http import HttpRequest

from accounts import keys
from accounts.models import Account, Membership
from accounts.permissions import Actor
from integrations.api import errors
from integrations.api.requests import Caller, Credential
from integrations.models import AccessToken, App
from integrations.oauth import bearers, delegations

READING = {"GET", "HEAD", "OPTIONS"}
# How real clients spell it: bare, quoted, with more white space than needed.
_TOKEN = re.compile(r'^token\s+token\s*=\s*"?(?P<secret>[^"\s]+)"?\s*$', re.IGNORECASE)
_UNKNOWN = "This credential is not valid, or not any more."


class Expired(errors.ApiError):
    """A token that was good once: its app can be told why it fails now."""

    def __init__(self, token: AccessToken) -> None:
        refusal = errors.unauthenticated(_UNKNOWN, scheme="Bearer")
        super().__init__(
            refusal.status,
            refusal.code,
            refusal.message,
            *refusal.errors,
            headers=refusal.headers,
        )
        self.counter = str(token.delegation.public_id)
        self.app: App = token.delegation.app
        self.account: Account = token.delegation.account


def is_given(request: HttpRequest) -> bool:
    """Say whether the request carries a credential of the API, good or bad."""
    return _scheme(request) in {"token", "bearer"}


def identify(request: HttpRequest, at: datetime) -> Caller:
    """Find the caller by the credential; asked in `all_accounts()`.

    Raises errors.ApiError: 401 for no credential that we know, 403 for a key that
    only reads, 400 for a `From` that names nobody of the account.
    """
    if _scheme(request) == "bearer":
        return _app(request, at)
    return _key(request, at)


def _key(request: HttpRequest, at: datetime) -> Caller:
    header = request.headers.get("Authorization", "")
    if not header:
        raise errors.unauthenticated("Send a header: Authorization: Token token=KEY")
    found = _TOKEN.match(header)
    key = keys.authenticate(found["secret"]) if found else None
    if key is None:
        raise errors.unauthenticated(_UNKNOWN)
    if key.is_read_only and request.method not in READING:
        raise errors.denied("This API key only reads.")
    keys.note_use(key, at)
    # All keys of a person count together.
    counter = key.membership.public_id if key.membership else key.public_id
    actor = Actor(
        "api",
        key.membership or _sender(request, key.account),
        name=key.name,
        may_write=not key.is_read_only,
    )
    return Caller(key.account, Credential(counter, key.membership), actor)


def _app(request: HttpRequest, at: datetime) -> Caller:
    token = bearers.find(bearers.sent(request))
    if token is None:
        raise errors.unauthenticated(_UNKNOWN, scheme="Bearer")
    if not bearers.is_good(token, at=at):
        raise Expired(token)
    delegation = token.delegation
    delegations.note_use(delegation, at)
    member = delegation.membership
    # An app counts by itself for each person, and for each account that it acts in.
    credential = Credential(
        delegation.public_id, member, delegation.app, bearers.good_for(token)
    )
    user = member or _sender(request, delegation.account)
    actor = Actor("api", user, name=str(delegation.app))
    return Caller(delegation.account, credential, actor)


def _scheme(request: HttpRequest) -> str:
    header = request.headers.get("Authorization", "")
    return header.partition(" ")[0].lower()


def _sender(request: HttpRequest, account: Account) -> Membership | None:
    """Find the member for whom an account's key acts, if the request names one."""
    email = request.headers.get("From", "").strip().lower()
    if not email or request.method in READING:
        return None
    member = (
        account.memberships.filter(
            user__email=email, user__is_active=True, deactivated_at=None
        )
        .select_related("user", "account")
        .first()
    )
    if member is None:
        sentence = "The header From names no active user of this account."
        raise errors.ApiError(400, 1008, "Requester User Not Found", sentence)
    return member
