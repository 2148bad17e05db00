"""Alerts that go onto one incident together, be it new or open already."""

from dataclasses import dataclass, field
from datetime import datetime

from incidents.models import Alert, Incident
from incidents.opening import Draft


@dataclass(slots=True, eq=False)
class Bundle:
    """Alerts and their incident: one that is open and locked, or the draft of one."""

    draft: Draft | None = None
    incident: Incident | None = None
    alerts: list[Alert] = field(default_factory=list)
    # How many alerts the incident has already.
    before: int = 0
    # Until when it takes more, once these have come.
    until: datetime | None = None

    @property
    def group_key(self) -> str:
        known = self.incident or self.draft
        return known.group_key if known else ""

    @property
    def size(self) -> int:
        return self.before + len(self.alerts)
