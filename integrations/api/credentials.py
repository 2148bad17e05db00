"""Who calls the REST API: by an API key, and for whom it acts."""

import re
from datetime import datetime

from django.http import HttpRequest

from accounts import keys
from accounts.models import ApiKey, Membership
from accounts.permissions import Actor
from integrations.api import errors
from integrations.api.requests import Caller

READING = {"GET", "HEAD", "OPTIONS"}
# How real clients spell it: bare, quoted, with more white space than needed.
_TOKEN = re.compile(r'^token\s+token\s*=\s*"?(?P<secret>[^"\s]+)"?\s*$', re.IGNORECASE)


def is_given(request: HttpRequest) -> bool:
    """Say whether the request carries a credential of the API, good or bad."""
    scheme, _space, _rest = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() in {"token", "bearer"}


def identify(request: HttpRequest, at: datetime) -> Caller:
    """Find the caller by the credential; asked in `all_accounts()`.

    Raises errors.ApiError: 401 for no credential that we know, 403 for a key that
    only reads, 400 for a `From` that names nobody of the account.
    """
    key = _key(request)
    if key.is_read_only and request.method not in READING:
        raise errors.denied("This API key only reads.")
    keys.note_use(key, at)
    actor = Actor(
        "api",
        key.membership or _sender(request, key),
        name=key.name,
        may_write=not key.is_read_only,
    )
    return Caller(key.account, key, actor)


def _key(request: HttpRequest) -> ApiKey:
    header = request.headers.get("Authorization", "")
    if not header:
        raise errors.unauthenticated("Send a header: Authorization: Token token=KEY")
    found = _TOKEN.match(header)
    key = keys.authenticate(found["secret"]) if found else None
    if key is None:
        raise errors.unauthenticated("This credential is not valid, or not any more.")
    return key


def _sender(request: HttpRequest, key: ApiKey) -> Membership | None:
    """Find the member for whom an account's key acts, if the request names one."""
    email = request.headers.get("From", "").strip().lower()
    if not email or request.method in READING:
        return None
    member = (
        key.account.memberships.filter(
            user__email=email, user__is_active=True, deactivated_at=None
        )
        .select_related("user", "account")
        .first()
    )
    if member is None:
        sentence = "The header From names no active user of this account."
        raise errors.ApiError(400, 1008, "Requester User Not Found", sentence)
    return member
