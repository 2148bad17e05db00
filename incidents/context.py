"""What every page knows of incidents."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from incidents.queries import listing


def incidents(request: HttpRequest) -> dict[str, Any]:
    """Give pages the number of open incidents; it is counted where it is shown."""
    account = getattr(request, "account", None)
    if account is None:
        return {}
    return {
        "open_incident_count": SimpleLazyObject(lambda: listing.open_count(account))
    }
