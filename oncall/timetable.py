"""Shifts and the gaps between them, as pages list them: by layer, and in the end."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from accounts.models import Account, Membership
from oncall import queries, schedules

Kind = Literal["layer", "overrides", "saved", "final"]


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


@dataclass(frozen=True, slots=True)
class Row:
    """The shifts of a layer, of the overrides, or of what comes of all of them."""

    kind: Kind
    entries: list[Entry]
    # Of a layer: its place from 1 on, and its name if it has one.
    number: int = 0
    name: str = ""

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.number}" if self.number else self.kind


def entries(
    shifts: Iterable[queries.Shift], since: datetime, until: datetime
) -> list[Entry]:
    """List sorted shifts, and nobody in the gaps between them."""
    found = (Entry(s.start, s.end, s.membership, s.endless) for s in shifts)
    return filled(found, since, until)


def filled(found: Iterable[Entry], since: datetime, until: datetime) -> list[Entry]:
    """Fill the gaps between sorted entries, from since to until, with nobody."""
    made: list[Entry] = []
    covered_until = since
    for entry in found:
        if entry.start > covered_until:
            made.append(Entry(covered_until, entry.start, None))
        made.append(entry)
        covered_until = entry.end
    if covered_until < until:
        made.append(Entry(covered_until, until, None))
    return made


def rows(
    account: Account,
    schedule: schedules.Schedule,
    since: datetime,
    until: datetime,
    *,
    saved: schedules.Schedule | None = None,
) -> list[Row]:
    """List what each layer and the overrides say, then what comes of them.

    A row wins over those before it. With the saved schedule, what comes of that one
    stands there too, to compare. Takes one query.
    """
    period = (since, until)
    groups = _layers(schedule)
    layers = [
        schedules.final_shifts(
            replace(schedule, layers=tuple(group), overrides=()), *period, overflow=True
        )
        for group in groups
    ]
    overrides = schedules.override_shifts(schedule, *period, overflow=True)
    before = schedules.final_shifts(saved, *period, overflow=True) if saved else []
    final = schedules.final_shifts(schedule, *period, overflow=True)
    found = [*layers, overrides, before, final]
    people = queries.members(account, {shift.user for row in found for shift in row})
    made = [
        Row("layer", list(_named(row, people)), number, group[-1].name)
        for number, (group, row) in enumerate(zip(groups, layers, strict=True), start=1)
    ]
    made.append(Row("overrides", list(_named(overrides, people))))
    if saved is not None:
        made.append(Row("saved", filled(_named(before, people), since, until)))
    return [*made, Row("final", filled(_named(final, people), since, until))]


def _layers(schedule: schedules.Schedule) -> list[list[schedules.Layer]]:
    """The layers of the schedule, each with what it was in earlier versions."""
    groups: dict[tuple[str, int], list[schedules.Layer]] = {}
    for place, layer in enumerate(schedule.layers):
        key = ("place", place) if layer.id is None else ("id", layer.id)
        # At the place that it has now, not at the one it had before.
        groups[key] = [*groups.pop(key, []), layer]
    return list(groups.values())


def _named(
    shifts: Iterable[schedules.Shift], people: Mapping[int, Membership]
) -> Iterator[Entry]:
    for shift in shifts:
        if shift.user in people:
            yield Entry(shift.start, shift.end, people[shift.user], shift.endless)
