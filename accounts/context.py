"""What every template knows of the account."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def account(request: HttpRequest) -> dict[str, Any]:
    """Return the account, the member and the accounts to switch to."""
    return {
        "account": getattr(request, "account", None),
        "membership": getattr(request, "membership", None),
        "actor": getattr(request, "actor", None),
        "my_accounts": getattr(request, "my_accounts", []),
        "embedded": settings.EMBEDDED,
    }
