"""How one resource names another: id, type, summary, and where to find it."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Model

from accounts.models import (
    Account,
    ContactMethod,
    Membership,
    NotificationRule,
    Priority,
    Team,
)
from incidents.models import Incident, Integration, MaintenanceWindow, Service
from integrations.api.requests import ApiRequest, address
from integrations.models import Extension
from oncall.models import EscalationPolicy, Schedule, Tag


@dataclass(frozen=True)
class Kind:
    """What a model is called in the API, and where it lives there and as a page."""

    type: str
    path: str
    # Nothing for what has no page of its own.
    page: str | None


KINDS: dict[type[Model], Kind] = {
    Membership: Kind("user", "users", "users"),
    Team: Kind("team", "teams", "teams"),
    Schedule: Kind("schedule", "schedules", "schedules"),
    EscalationPolicy: Kind(
        "escalation_policy", "escalation_policies", "escalation_policies"
    ),
    Service: Kind("service", "services", "service-directory"),
    Priority: Kind("priority", "priorities", None),
    Incident: Kind("incident", "incidents", "incidents"),
    Extension: Kind("extension", "extensions", None),
    MaintenanceWindow: Kind("maintenance_window", "maintenance_windows", None),
    Tag: Kind("tag", "tags", None),
}
CONTACT_TYPES = {
    "email": "email_contact_method",
    "voice": "phone_contact_method",
    "sms": "sms_contact_method",
    "push": "push_notification_contact_method",
    "slack": "slack_contact_method",
}
RULE_TYPE = "assignment_notification_rule"
# Every other tool sends what the Events API v2 takes, or has an address of its own.
INTEGRATION_TYPES = {
    "events_v1": "generic_events_api_inbound_integration",
    "cloudwatch": "aws_cloudwatch_inbound_integration",
    "json": "event_transformer_api_inbound_integration",
    "nagios": "nagios_inbound_integration",
}
INTEGRATION_TYPE = "events_api_v2_inbound_integration"


def identity(request: ApiRequest, row: Any) -> dict[str, Any]:
    """Return the five members with which every full resource begins."""
    kind = _kind(row)
    page = None
    if kind.page is not None:
        page = page_address(request.account, f"{kind.page}/{row.public_id}")
    return {
        "id": row.public_id,
        "type": kind.type,
        "summary": _summary(row),
        "self": address(request, f"{kind.path}/{row.public_id}"),
        "html_url": page,
    }


def reference(request: ApiRequest, row: Any) -> dict[str, Any]:
    """Return the five members of a reference."""
    found = identity(request, row)
    return {**found, "type": f"{found['type']}_reference"}


def maybe(request: ApiRequest, row: Any) -> dict[str, Any] | None:
    """Return a reference, or null for nothing."""
    return None if row is None else reference(request, row)


def references(request: ApiRequest, rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Return a reference for each row."""
    return [reference(request, row) for row in rows]


def either(
    request: ApiRequest,
    rows: Iterable[Any],
    wanted: Collection[str],
    name: str,
    represent: Callable[[ApiRequest, Any], dict[str, Any]],
) -> list[dict[str, Any]]:
    """Show rows in full if `include[]` names them, else return references."""
    show = represent if name in wanted else reference
    return [show(request, row) for row in rows]


def page_address(account: Account, path: str) -> str:
    """Spell the address of a page; its first label names the account."""
    return f"https://{account.subdomain}.{settings.APP_DOMAIN}/{path}"


def _kind(row: Any) -> Kind:
    if isinstance(row, ContactMethod):
        path = f"users/{row.membership.public_id}/contact_methods"
        return Kind(
            CONTACT_TYPES.get(row.kind, f"{row.kind}_contact_method"), path, None
        )
    if isinstance(row, NotificationRule):
        path = f"users/{row.membership.public_id}/notification_rules"
        return Kind(RULE_TYPE, path, None)
    if isinstance(row, Integration):
        path = f"services/{row.service.public_id}/integrations"
        kind = INTEGRATION_TYPES.get(row.kind, INTEGRATION_TYPE)
        return Kind(kind, path, None)
    return KINDS[type(row)]


def _summary(row: Any) -> str:
    if isinstance(row, ContactMethod):
        return row.label or CONTACT_TYPES.get(row.kind, row.kind)
    if isinstance(row, NotificationRule):
        when = f"{row.delay_minutes} minutes" if row.delay_minutes else "0 minutes"
        return f"{when}: channel {row.contact_method.public_id}"
    if isinstance(row, Incident):
        return f"[#{row.number}] {row.title}"
    return str(row)
