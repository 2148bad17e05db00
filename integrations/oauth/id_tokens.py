"""Id tokens: who signed in, in which account, signed so that anybody can check."""

import base64
import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from jwcrypto.jwt import JWT

from integrations.models import Delegation
from integrations.oauth import keys

GOOD_FOR = timedelta(hours=1)


def issuer() -> str:
    """Name ourselves; our metadata is below this address."""
    return str(settings.SITE_URL)


def make(
    delegation: Delegation,
    *,
    at: datetime,
    access_token: str,
    session: Mapping[str, Any],
) -> str:
    """Sign who the person is; `session` is what is known of their signing in."""
    claims = {
        **about(delegation),
        **session,
        "iss": issuer(),
        "aud": [f"{issuer()}/api", delegation.app.client_id],
        "azp": delegation.app.client_id,
        "iat": int(at.timestamp()),
        "nbf": int(at.timestamp()),
        "exp": int((at + GOOD_FOR).timestamp()),
        "jti": str(uuid.uuid4()),
        "purpose": "sign_in",
        "at_hash": _half_hash(access_token),
    }
    key = keys.signing()
    header = {"typ": "JWT", "alg": keys.ALGORITHM, "kid": key["kid"]}
    token = JWT(header=json.dumps(header), claims=json.dumps(claims))
    token.make_signed_token(key)
    return str(token.serialize())


def person(delegation: Delegation) -> dict[str, Any]:
    """Say who the person is at length, for the userinfo endpoint."""
    member = delegation.membership
    if member is None:
        raise ValueError("nobody signed in")
    return {
        **about(delegation),
        "name": member.name,
        "email": member.email,
        "zoneinfo": member.time_zone,
    }


def about(delegation: Delegation) -> dict[str, Any]:
    """Say whose token it is: a person in an account, or the app itself there."""
    member = delegation.membership
    who = member.public_id if member else delegation.app.public_id
    return {
        "sub": who,
        "user_id": who,
        "account_id": delegation.account.public_id,
        "subdomain": delegation.account.subdomain,
        "region": settings.REGION,
        "delegation_id": delegation.public_id,
    }


def _half_hash(token: str) -> str:
    """Bind the id token to its access token, as OpenID Connect wants it."""
    half = sha256(token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).decode().rstrip("=")
