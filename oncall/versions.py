"""The versions of a schedule, as people read and restore them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, Team
from accounts.permissions import Actor
from oncall import queries, rotations, snapshots
from oncall.models import Schedule, ScheduleVersion
from oncall.snapshots import Snapshot

People = Mapping[int, Membership]


@dataclass(frozen=True, slots=True)
class Version:
    """What a schedule was after an edit.

    It is in force in [effective_at, ends_at), of which None is without limit; a change
    that was replaced before its time never is.
    """

    number: int
    effective_at: datetime | None
    ends_at: datetime | None
    created_at: datetime
    by: Membership | None
    summary: str
    draft: rotations.Draft

    @property
    def was_replaced(self) -> bool:
        """Whether a newer edit took its place before it ever counted."""
        return bool(
            self.effective_at and self.ends_at and self.ends_at <= self.effective_at
        )

    def is_in_force(self, at: datetime) -> bool:
        """Say whether the schedule is like this at the instant."""
        begun = self.effective_at is None or self.effective_at <= at
        return begun and (self.ends_at is None or at < self.ends_at)

    def is_planned(self, at: datetime) -> bool:
        """Say whether the schedule will be like this later than the instant."""
        return bool(self.effective_at and self.effective_at > at) and (
            not self.was_replaced
        )


def of(schedule: Schedule) -> list[Version]:
    """List the versions of a schedule, the newest first, in few queries.

    A schedule that nobody has edited yet may have none on record.
    """
    rows = list(schedule.versions.select_related("created_by__user").order_by("number"))
    people = _people(schedule, rows)
    found = []
    before: Snapshot | None = None
    for row, (start, end) in zip(rows, snapshots.periods(rows, None), strict=True):
        found.append(
            Version(
                number=row.number,
                effective_at=start,
                ends_at=end,
                created_at=row.created_at,
                by=row.created_by,
                summary=_summary(before, row.snapshot, people),
                draft=_draft(schedule, row.snapshot, people),
            )
        )
        before = row.snapshot
    return found[::-1]


def restore(schedule: Schedule, number: int, *, actor: Actor, at: datetime) -> Schedule:
    """Make the schedule what it was in a version, as a new version from now on.

    Raises ScheduleVersion.DoesNotExist, NotPermitted, or ValidationError where that
    is not possible any more.
    """
    row = schedule.versions.get(number=number)
    draft = _draft(schedule, row.snapshot, _people(schedule, [row]))
    return rotations.update(schedule, actor=actor, at=at, draft=draft)


def _people(schedule: Schedule, rows: Iterable[ScheduleVersion]) -> People:
    ids = {
        user
        for row in rows
        for layer in row.snapshot["layers"]
        for user in layer["users"]
    }
    return queries.members(schedule.account, ids)


def _draft(schedule: Schedule, snapshot: Snapshot, people: People) -> rotations.Draft:
    return rotations.Draft(
        name=snapshot["name"],
        description=snapshot["description"],
        time_zone=snapshot["time_zone"],
        team=_team(schedule, snapshot["team"]),
        layers=tuple(_layer(layer, people) for layer in snapshot["layers"]),
    )


def _team(schedule: Schedule, pk: int | None) -> Team | None:
    if pk is None or pk == schedule.team_id:
        return schedule.team if pk else None
    return schedule.account.teams.filter(pk=pk).first()


def _layer(layer: dict[str, Any], people: People) -> rotations.Layer:
    return rotations.Layer(
        public_id=layer["public_id"],
        name=layer["name"],
        starts_at=datetime.fromisoformat(layer["starts_at"]),
        ends_at=snapshots.moment_of(layer["ends_at"]),
        rotation_virtual_start=datetime.fromisoformat(layer["rotation_virtual_start"]),
        turn_length=timedelta(seconds=layer["turn_seconds"]),
        people=tuple(people[pk] for pk in layer["users"] if pk in people),
        restrictions=snapshots.restrictions_of(layer),
    )


def _summary(before: Snapshot | None, after: Snapshot, people: People) -> str:
    """Say in a sentence what an edit changed."""
    if before is None:
        return _("Created")
    return "; ".join(_changes(before, after, people)) or _("Nothing changed")


def _changes(before: Snapshot, after: Snapshot, people: People) -> Iterator[str]:
    if before["name"] != after["name"]:
        yield _("Renamed to %s") % after["name"]
    if before["time_zone"] != after["time_zone"]:
        yield _("Time zone is %s") % after["time_zone"]
    if before["description"] != after["description"]:
        yield _("Description changed")
    if before["team"] != after["team"]:
        yield _("Team changed")
    yield from _changes_of_people(before, after, people)
    yield from _changes_of_layers(before, after)


def _changes_of_people(
    before: Snapshot, after: Snapshot, people: People
) -> Iterator[str]:
    then, now = _users(before), _users(after)
    if joined := [people[pk].name for pk in now if pk in people and pk not in then]:
        yield _("%s joined") % ", ".join(joined)
    if gone := [people[pk].name for pk in then if pk in people and pk not in now]:
        yield _("%s left") % ", ".join(gone)


def _changes_of_layers(before: Snapshot, after: Snapshot) -> Iterator[str]:
    then = {layer["public_id"]: layer for layer in before["layers"]}
    now = {layer["public_id"]: layer for layer in after["layers"]}
    if added := len(now.keys() - then.keys()):
        yield ngettext("%d layer added", "%d layers added", added) % added
    if removed := len(then.keys() - now.keys()):
        yield ngettext("%d layer removed", "%d layers removed", removed) % removed
    stayed = [key for key in now if key in then]
    if changed := sum(then[key] != now[key] for key in stayed):
        yield ngettext("%d layer changed", "%d layers changed", changed) % changed
    if stayed != [key for key in then if key in now]:
        yield _("Order of the layers changed")


def _users(snapshot: Snapshot) -> list[int]:
    users = (user for layer in snapshot["layers"] for user in layer["users"])
    return list(dict.fromkeys(users))
