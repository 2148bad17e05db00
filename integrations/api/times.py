"""How the API spells instants."""

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from integrations.api import lists
from integrations.api.requests import ApiRequest


def spelled(
    request: ApiRequest, at: datetime | None, *, local: tzinfo | None = None
) -> str | None:
    """Spell an instant, without a fraction, in the zone that the caller asks for.

    Otherwise in the given one, of a schedule for instance, or in the account's.
    """
    if at is None:
        return None
    zone = lists.zone(request) or local or ZoneInfo(request.account.time_zone)
    words = at.astimezone(zone).replace(microsecond=0).isoformat()
    return words.replace("+00:00", "Z")
