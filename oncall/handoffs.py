"""When somebody comes on call or goes off it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from oncall.schedules import Schedule, final_shifts

SECOND = timedelta(seconds=1)

End = Literal["start", "end"]


@dataclass(frozen=True, slots=True)
class Boundary:
    """A user's shift starts or ends at the instant."""

    at: datetime
    user: int
    when: End


def boundaries(
    schedule: Schedule, start: datetime, end: datetime
) -> Iterator[Boundary]:
    """This will yield where shifts of the final schedule start or end in [start, end).

    Shifts of one user that touch are one, so what changes nothing is no boundary.
    """
    start, end = start.replace(microsecond=0), end.replace(microsecond=0)
    # A second more on both sides shows whether a shift is cut there or really ends.
    for shift in final_shifts(schedule, start - SECOND, end + SECOND):
        if start <= shift.start < end:
            yield Boundary(shift.start, shift.user, "start")
        if start <= shift.end < end:
            yield Boundary(shift.end, shift.user, "end")
