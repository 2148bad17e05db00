"""Audit records: who changed users, teams, schedules, policies and services."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from rest_framework.response import Response

from accounts.models import AuditEntry, Membership, Team
from accounts.permissions import Ability
from incidents.models import Service
from integrations.api import errors, lists, references, times
from integrations.api.references import KINDS, Kind
from integrations.api.requests import ApiRequest, address
from integrations.api.views import ResourceView
from oncall.models import EscalationPolicy, Schedule

LONGEST = timedelta(days=31)
USUAL = timedelta(days=1)
CREATE, UPDATE, DELETE = "create", "update", "delete"


@dataclass(frozen=True, slots=True)
class Deed:
    """What an entry of ours is called in the API."""

    kind: Kind
    action: str


_USER, _TEAM, _SCHEDULE, _POLICY, _SERVICE = (
    KINDS[model] for model in (Membership, Team, Schedule, EscalationPolicy, Service)
)
# Entries about anything else have no resource that callers could ask for.
DEEDS = {
    "enrolled person": Deed(_USER, CREATE),
    "changed person": Deed(_USER, UPDATE),
    "changed role": Deed(_USER, UPDATE),
    "reactivated person": Deed(_USER, UPDATE),
    "deactivated person": Deed(_USER, DELETE),
    "created team": Deed(_TEAM, CREATE),
    "changed team": Deed(_TEAM, UPDATE),
    "added to team": Deed(_TEAM, UPDATE),
    "removed from team": Deed(_TEAM, UPDATE),
    "deleted team": Deed(_TEAM, DELETE),
    "created schedule": Deed(_SCHEDULE, CREATE),
    "changed schedule": Deed(_SCHEDULE, UPDATE),
    "deleted schedule": Deed(_SCHEDULE, DELETE),
    "created escalation policy": Deed(_POLICY, CREATE),
    "changed escalation policy": Deed(_POLICY, UPDATE),
    "deleted escalation policy": Deed(_POLICY, DELETE),
    "created service": Deed(_SERVICE, CREATE),
    "updated service": Deed(_SERVICE, UPDATE),
    "disabled service": Deed(_SERVICE, UPDATE),
    "enabled service": Deed(_SERVICE, UPDATE),
    "deleted service": Deed(_SERVICE, DELETE),
}
METHODS = {"web": "browser", "api": "api_token"}
RELATED = {
    "users": "memberships",
    "teams": "teams",
    "schedules": "schedules",
    "escalation_policies": "escalation_policies",
    "services": "services",
}


def represent(request: ApiRequest, entry: AuditEntry) -> dict[str, Any]:
    """Show an entry."""
    deed = DEEDS[entry.action]
    root = _root(request, entry, deed.kind)
    actors = [entry.membership] if entry.membership else []
    return {
        "id": str(entry.pk),
        "self": None,
        "execution_time": times.spelled(request, entry.at),
        "execution_context": None,
        "actors": references.references(request, actors),
        "method": {
            "type": METHODS.get(entry.via, "other"),
            "truncated_token": None,
            "description": entry.action,
        },
        "root_resource": root,
        "action": deed.action,
        "details": {
            "resource": root,
            "fields": [{"name": name} for name in entry.details.get("changed", [])],
            "references": None,
        },
    }


class RecordView(ResourceView):
    """What the views of records have in common."""

    asks_for: Ability = "administer"

    def entries(self) -> QuerySet[AuditEntry]:
        """Return the entries of the time asked for; raises ApiError."""
        until = lists.moment(self.request, "until") or self.at
        since = lists.moment(self.request, "since") or until - USUAL
        if until - since > LONGEST:
            raise errors.ApiError(
                400, 2004, "Invalid Date Range", "The range is at most 31 days."
            )
        rows = self.account.audit_entries.filter(at__gte=since, at__lte=until)
        return rows.filter(action__in=DEEDS).select_related("membership__user")

    def leaf(self, rows: QuerySet[AuditEntry]) -> Response:
        """Answer one page, and the cursor of the next; raises ApiError."""
        limit = self._limit()
        if cursor := self.request.query_params.get("cursor"):
            rows = rows.filter(pk__lt=_number("Cursor", cursor))
        found = list(rows.order_by("-pk")[: limit + 1])
        is_last = len(found) <= limit
        return Response(
            {
                "records": [represent(self.request, row) for row in found[:limit]],
                "response_metadata": None,
                "limit": limit,
                "next_cursor": None if is_last else str(found[limit - 1].pk),
            }
        )

    def _limit(self) -> int:
        text = self.request.query_params.get("limit") or str(lists.USUAL_LIMIT)
        return min(max(_number("Limit", text), 1), lists.LARGEST_LIMIT)


class Records(RecordView):
    """`/audit/records`."""

    def get(self, request: ApiRequest) -> Response:
        """List what was changed, the newest first."""
        rows = self.entries()
        if types := lists.values(request, "root_resource_types"):
            rows = rows.filter(
                action__in=_actions(lambda deed: deed.kind.path in types)
            )
        if wanted := lists.values(request, "actions"):
            rows = rows.filter(action__in=_actions(lambda deed: deed.action in wanted))
        if actor := request.query_params.get("actor_id"):
            rows = rows.filter(membership__public_id=actor)
        return self.leaf(rows)


class OnesRecords(RecordView):
    """`/users/{id}/audit/records`, and those of the other resources."""

    # What comes before the id.
    path = ""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """List what was changed of one resource, the newest first."""
        rows = getattr(self.account, RELATED[self.path]).all()
        subject = self.find(rows, public_id).public_id
        actions = _actions(lambda deed: deed.kind.path == self.path)
        return self.leaf(self.entries().filter(action__in=actions, subject_id=subject))


def _actions(is_wanted: Callable[[Deed], bool]) -> list[str]:
    return [action for action, deed in DEEDS.items() if is_wanted(deed)]


def _number(name: str, text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise errors.invalid(f"{name} must be a number.")
    return int(text)


def _root(request: ApiRequest, entry: AuditEntry, kind: Kind) -> dict[str, Any]:
    """Refer to what was changed, which may be gone by now."""
    where = f"{kind.page}/{entry.subject_id}"
    return {
        "id": entry.subject_id,
        "type": f"{kind.type}_reference",
        "summary": entry.subject,
        "self": address(request, f"{kind.path}/{entry.subject_id}"),
        "html_url": references.page_address(request.account, where),
    }
