"""Which scope of OAuth each address of the API asks of a token; keys have none."""

import re
from typing import Final

from integrations.api import errors
from integrations.api.requests import Credential

READING: Final = {"GET", "HEAD", "OPTIONS"}
# By what the address begins with. The first that fits counts: those for a part of a
# resource stand before the resource itself.
RESOURCES: Final[tuple[tuple[str, str], ...]] = (
    (r".+/audit/records$", "audit_records"),
    (r"audit/records$", "audit_records"),
    (r".+/change_tags$", "tags"),
    (r"[^/]+/<[^/]+>/tags$", "tags"),
    (r"abilities", "abilities"),
    (r"alert_grouping_settings", "services"),
    (r"change_events", "change_events"),
    (r"escalation_policies", "escalation_policies"),
    (r"extension_schemas", "extension_schemas"),
    (r"extensions", "extensions"),
    (r"incidents/.+/status_updates/(subscribers|unsubscribe)", "subscribers"),
    (r"incidents", "incidents"),
    (r"integration-slack/incidents", "incidents"),
    (r"integration-slack/workspaces", "extensions"),
    (r"log_entries", "incidents"),
    (r"maintenance_windows", "services"),
    (r"notifications", "users:notifications"),
    (r"oauth_delegations", "oauth_delegations"),
    (r"oncalls", "oncalls"),
    (r"priorities", "priorities"),
    (r"schedules/.+/users$", "users"),
    (r"schedules", "schedules"),
    (r"services", "services"),
    (r"tags", "tags"),
    (r"(teams|users)/.+/notification_subscriptions", "subscribers"),
    (r"teams", "teams"),
    (r"users/.+/(contact_methods|notification_rules)", "users:contact_methods"),
    (r"users/.+/oauth_delegations", "oauth_delegations"),
    (r"users/.+/sessions", "users:sessions"),
    (r"users/.+/log_entries", "incidents"),
    (r"users", "users"),
    (r"vendors", "vendors"),
    (r"webhook_subscriptions", "webhook_subscriptions"),
)
# Whose token it is may be asked with any.
FREE: Final = {"users/me"}
# What a classic token's two scopes stand for.
CLASSIC: Final = {"read": {"read", "write"}, "write": {"write"}}


def of(route: str, method: str) -> str | None:
    """Name the scope for a route as the URL table has it; nothing for a free one.

    Raises LookupError for a route that the table above does not know.
    """
    if route in FREE:
        return None
    for pattern, resource in RESOURCES:
        if re.match(rf"{pattern}(?=/|$)", route):
            return f"{resource}.{'read' if method in READING else 'write'}"
    raise LookupError(f"Say in integrations/api/scopes.py which scope /{route} needs.")


def require(credential: Credential, route: str, method: str) -> None:
    """Do nothing, or raise errors.ApiError for a token that is not good for this."""
    if credential.app is None:
        return
    wanted = of(route, method or "GET")
    if wanted is None or wanted in credential.scopes:
        return
    if credential.scopes & CLASSIC[wanted.rpartition(".")[2]]:
        return
    raise errors.ApiError(
        403,
        2010,
        "Access Denied",
        f"This token is not good for {wanted}.",
        members={
            "required_scopes": wanted,
            "token_scopes": " ".join(sorted(credential.scopes)),
        },
    )
