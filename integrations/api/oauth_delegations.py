"""OAuth delegations: what people let apps do for them, listed and ended."""

from datetime import datetime
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Greatest
from rest_framework.response import Response

from accounts import sessions
from accounts.models import Membership
from integrations import grants
from integrations.api import errors, lists
from integrations.api.requests import ApiRequest, address
from integrations.api.times import spelled
from integrations.api.views import ResourceView
from integrations.models import Delegation
from integrations.oauth import delegations

# A browser's session is no delegation here, but can be ended like one. There is no
# mobile app of our own, so nothing is ended of that type.
WEB, MOBILE, INTEGRATION = "web", "mobile", "integration"
TYPES = {WEB, MOBILE, INTEGRATION}
ISSUED, REVOKED = "issued", "revoked"


def represent(request: ApiRequest, row: Delegation) -> dict[str, Any]:
    """Show what an app may do for a person; of one with its dates, see `_dated`."""
    whose = row.membership.public_id if row.membership else ""
    return {
        "id": row.public_id,
        "self": address(request, f"users/{whose}/oauth_delegations/{row.public_id}"),
        # The schema has one name, the example in it the other.
        "type": INTEGRATION,
        "delegation_type": INTEGRATION,
        "client_id": row.app.client_id,
        "scope": row.scope,
        "status": REVOKED if row.revoked_at else ISSUED,
        "created_at": spelled(request, row.created_at),
        "expires_at": spelled(request, _ends_at(row)),
    }


class DelegationView(ResourceView):
    """What the views of a user's delegations have in common."""

    def member(self, public_id: str) -> Membership:
        """Find the user: oneself, or as an admin anybody; raises NotPermitted."""
        people = self.account.memberships.select_related("user")
        found = self.find(people, public_id)
        if found != self.actor.user:
            self.actor.require("administer")
        return found


class Delegations(DelegationView):
    """`/users/{id}/oauth_delegations`."""

    def get(self, request: ApiRequest, user_id: str) -> Response:
        """List them, the newest first."""
        rows = _dated(self.account.delegations.filter(membership=self.member(user_id)))
        types = _words(request, "delegation_type", TYPES)
        statuses = _words(request, "status", {ISSUED, REVOKED})
        if types and INTEGRATION not in types:
            rows = rows.none()
        if len(statuses) == 1:
            rows = rows.filter(revoked_at__isnull=statuses == {ISSUED})
        return self.leaf(rows)

    def leaf(self, rows: QuerySet[Delegation]) -> Response:
        """Answer one page, and the cursor of the next; raises ApiError."""
        limit = _number("limit", self.request.query_params.get("limit"), 25)
        limit = min(max(limit, 1), lists.LARGEST_LIMIT)
        if cursor := self.request.query_params.get("cursor"):
            rows = rows.filter(pk__lt=_number("cursor", cursor, 0))
        found = list(rows.order_by("-pk")[: limit + 1])
        more = len(found) > limit
        body = {
            "oauth_delegations": [
                represent(self.request, row) for row in found[:limit]
            ],
            "limit": limit,
            "more": more,
        }
        return Response(
            body | ({"next_cursor": str(found[limit - 1].pk)} if more else {})
        )


class OneDelegation(DelegationView):
    """`/users/{id}/oauth_delegations/{delegation_id}`."""

    def get(self, request: ApiRequest, user_id: str, public_id: str) -> Response:
        """Show one."""
        rows = self.account.delegations.filter(membership=self.member(user_id))
        found = self.find(_dated(rows), public_id)
        return Response({"oauth_delegation": represent(self.request, found)})


class AllDelegations(DelegationView):
    """`/oauth_delegations`."""

    def delete(self, request: ApiRequest) -> Response:
        """End everything of the types named: sessions of browsers, or apps' access."""
        member = self.member(_required(request, "user_id"))
        _required(request, "type")
        types = _words(request, "type", TYPES)
        if WEB in types:
            for session in sessions.of(member, actor=self.actor):
                sessions.end(member, session, actor=self.actor, at=self.at)
        if INTEGRATION in types:
            for delegation in grants.live(self.account).filter(membership=member):
                delegations.revoke(delegation, actor=self.actor, at=self.at)
        return Response({"status": "ok"})


def _dated(rows: QuerySet[Delegation]) -> QuerySet[Delegation]:
    """Add when the last token will be over, in the same query."""
    tokens = Max("access_tokens__expires")
    renewals = Max("refresh_tokens__expires_at", filter=Q(refresh_tokens__revoked=None))
    return rows.select_related("app", "membership").annotate(
        ends_at=Greatest(tokens, renewals)
    )


def _ends_at(row: Delegation) -> datetime:
    ends_at: datetime | None = getattr(row, "ends_at", None)
    return row.revoked_at or ends_at or row.created_at


def _required(request: ApiRequest, name: str) -> str:
    found = request.query_params.get(name, "")
    if not found:
        raise errors.ApiError(
            400, 2003, "Missing Arguments", f"The query needs the parameter {name}."
        )
    return found


def _words(request: ApiRequest, name: str, allowed: set[str]) -> set[str]:
    """Read words between commas; raises ApiError for one that is not allowed."""
    found = set(filter(None, request.query_params.get(name, "").split(",")))
    if strange := sorted(found - allowed):
        raise errors.invalid(
            f"{name} cannot be {', '.join(strange)};"
            f" it may be {', '.join(sorted(allowed))}."
        )
    return found


def _number(name: str, text: str | None, usual: int) -> int:
    if not text:
        return usual
    if not text.isdecimal() or len(text) > 18:
        raise errors.invalid(f"{name.capitalize()} must be a number.")
    return int(text)
