"""A storm: a service over its limit opens one incident, which carries the rest.

It begins when a service would open more incidents than its limit within a minute.
The first of them have opened and paged as ever, and so does the storm's own. It is
over once its alerts have come slower than the limit for a while: each one moves the
end on by its share of a minute, never further than a minute ahead. A storm has no
highest number of alerts; splitting it would page again for nothing new.
"""

from datetime import datetime
from typing import Final

from django.utils.translation import ngettext

from accounts.models.contact import Urgency
from incidents.models import Service
from incidents.noise import grouping
from incidents.noise.bundles import Bundle
from incidents.noise.situation import RATE_PERIOD, Situation
from incidents.opening import Draft

STORM: Final = "storm"


class Storm:
    """Says of each alert whether it may have an incident of its own."""

    def __init__(self, service: Service, situation: Situation, *, at: datetime) -> None:
        self.service = service
        self.at = at
        self.room = situation.room(service)
        self.bundle = self._current() if situation.has_groups else None

    def take(self) -> Bundle | None:
        """Return the storm's bundle for one more alert, or None: it gets its own."""
        if self.room is None:
            return None
        if self.bundle is None:
            if self.room > 0:
                self.room -= 1
                return None
            self.bundle = self._begin()
        self._roll_on(self.bundle)
        return self.bundle

    def _current(self) -> Bundle | None:
        if self.room is None:
            return None
        found = grouping.open_groups(self.service, at=self.at)
        storms = grouping.lock(found.filter(group_key=STORM))
        return grouping.bundles_of(storms[-1:])[0] if storms else None

    def _begin(self) -> Bundle:
        # The title and the urgency follow from the alerts, once all of them are known.
        draft = Draft(title="", urgency=Urgency.LOW, group_key=STORM)
        return Bundle(draft=draft, until=self.at + RATE_PERIOD)

    def _roll_on(self, bundle: Bundle) -> None:
        share = RATE_PERIOD / (self.service.storm_limit or 1)
        until = max(bundle.until or self.at, self.at) + share
        bundle.until = min(until, self.at + RATE_PERIOD)


def title(service: Service, count: int) -> str:
    """Say how much the storm's incident carries."""
    return ngettext(
        "Storm: %(count)s alert on %(service)s",
        "Storm: %(count)s alerts on %(service)s",
        count,
    ) % {"count": count, "service": service.name}
