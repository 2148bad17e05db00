"""Authorization codes: good once, for half a minute, and kept as digests."""

import json
from datetime import datetime, timedelta

from oauthlib.common import Request

from integrations.models import App, Delegation, Grant, RefreshToken
from integrations.oauth import delegations, tokens

GOOD_FOR = timedelta(seconds=30)


def keep(code: str, request: Request, *, at: datetime) -> Grant:
    """Keep a code that goes to the app, for what the person agreed to."""
    delegation: Delegation = request.delegation
    grant: Grant = Grant.objects.create(
        account=delegation.account,
        delegation=delegation,
        application=request.client,
        user=request.user,
        code=tokens.digest(code),
        expires=at + GOOD_FOR,
        redirect_uri=request.redirect_uri,
        scope=" ".join(request.scopes),
        code_challenge=request.code_challenge or "",
        code_challenge_method=request.code_challenge_method or "",
        nonce=request.nonce or "",
        claims=json.dumps(request.session_claims),
    )
    return grant


def find(digest: str, app: App, *, at: datetime) -> Grant | None:
    """Find a good code by its digest, and hold it until the transaction ends.

    One that was used before was stolen: this will end what was made from it.
    """
    grant = (
        Grant.objects.select_for_update(of=("self",))
        .select_related("user", *tokens.WITH_DELEGATION)
        .filter(code=digest, application=app)
        .first()
    )
    if grant is not None and grant.used_at:
        RefreshToken.revoke_family(grant.family)
        return None
    if grant is None or grant.expires <= at:
        return None
    return grant if delegations.is_alive(grant.delegation) else None
