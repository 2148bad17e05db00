"""The steps of the first-run checklist that are about services and incidents."""

from django.utils.translation import gettext_lazy as _

from accounts import checklist
from accounts.models import Account, Membership


def _has_service(account: Account, membership: Membership) -> bool:
    return account.services.exists()


def _has_source(account: Account, membership: Membership) -> bool:
    return account.integrations.exists()


def _has_acknowledged(account: Account, membership: Membership) -> bool:
    return account.incidents.exclude(status="triggered").exists()


checklist.register(
    checklist.Step(
        50,
        _("Create a service"),
        _("A service is what breaks: your shop, your database, your office network."),
        _("New service"),
        "service_create",
        _has_service,
    )
)
checklist.register(
    checklist.Step(
        60,
        _("Connect a source"),
        _("Copy the service's integration key into your monitoring tool."),
        _("Services"),
        "services",
        _has_source,
    )
)
checklist.register(
    checklist.Step(
        70,
        _("Send a test event and acknowledge it"),
        _("A service's page has the button. The page goes out as in earnest."),
        _("Services"),
        "services",
        _has_acknowledged,
    )
)
