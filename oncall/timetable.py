"""Shifts and the gaps between them, as pages list them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import Membership
from oncall import queries


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody, or nobody, is on call in [start, end)."""

    start: datetime
    end: datetime
    membership: Membership | None
    endless: bool = False

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    @property
    def is_gap(self) -> bool:
        """Whether nobody is paged: nobody has the shift, or somebody who left."""
        return self.membership is None or not self.membership.is_active


def entries(
    shifts: Iterable[queries.Shift], since: datetime, until: datetime
) -> list[Entry]:
    """Fill the gaps between sorted shifts, from since to until, with nobody."""
    filled: list[Entry] = []
    covered_until = since
    for shift in shifts:
        if shift.start > covered_until:
            filled.append(Entry(covered_until, shift.start, None))
        filled.append(Entry(shift.start, shift.end, shift.membership, shift.endless))
        covered_until = shift.end
    if covered_until < until:
        filled.append(Entry(covered_until, until, None))
    return filled
