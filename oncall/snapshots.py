"""A schedule's content in JSON, as a version keeps it.

A snapshot names people and layers by id, and times in UTC.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from oncall import schedules
from oncall.models import Layer, Restriction, Schedule, ScheduleVersion

Snapshot = dict[str, Any]
SECOND = timedelta(seconds=1)


def take(schedule: Schedule) -> Snapshot:
    """Describe a schedule as its rows are, in three queries."""
    layers = schedule.layers.prefetch_related("turns", "restrictions")
    return {
        "name": schedule.name,
        "description": schedule.description,
        "time_zone": schedule.time_zone,
        "team": schedule.team_id,
        "layers": [_take_layer(layer) for layer in layers],
    }


def layers_of(snapshot: Snapshot) -> tuple[schedules.Layer, ...]:
    """Turn a snapshot's layers into values, each with the zone of that time."""
    zone = ZoneInfo(snapshot["time_zone"])
    return tuple(_layer(layer, zone) for layer in snapshot["layers"])


def restrictions_of(layer: dict[str, Any]) -> tuple[schedules.Restriction, ...]:
    """Turn the restrictions of a snapshot's layer into values."""
    return tuple(
        schedules.Restriction(
            kind=restriction["kind"],
            start_time=time.fromisoformat(restriction["start_time"]),
            duration=timedelta(seconds=restriction["seconds"]),
            weekday=restriction["weekday"],
        )
        for restriction in layer["restrictions"]
    )


def moment_of(text: str | None) -> datetime | None:
    """Read a time of a snapshot."""
    return None if text is None else datetime.fromisoformat(text)


def periods(
    versions: Sequence[ScheduleVersion], newest: datetime | None
) -> list[tuple[datetime | None, datetime | None]]:
    """Say from when until when each of the versions is in force; None is endless.

    They are in the order of their numbers, and a newer one takes effect at `newest`.
    A version that a newer one replaced before its time has an empty period.
    """
    found = []
    end = newest
    for version in reversed(versions):
        found.append((version.effective_at, end))
        end = _earlier(version.effective_at, end)
    return found[::-1]


def clipped(
    layers: Iterable[schedules.Layer], start: datetime | None, end: datetime | None
) -> list[schedules.Layer]:
    """Cut the layers to [start, end); what nothing is left of will be missing.

    Their virtual starts stay, and so the turns do not move.
    """
    cut = (_cut(layer, start, end) for layer in layers)
    return [layer for layer in cut if layer.end is None or layer.start < layer.end]


def _cut(
    layer: schedules.Layer, start: datetime | None, end: datetime | None
) -> schedules.Layer:
    if start is None and end is None:
        return layer
    starts = layer.start if start is None else max(layer.start, start)
    return replace(layer, start=starts, end=_earlier(layer.end, end))


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    """The earlier of two ends, of which None is none at all."""
    return min(one, other) if one and other else one or other


def _take_layer(layer: Layer) -> dict[str, Any]:
    return {
        "id": layer.pk,
        "public_id": layer.public_id,
        "name": layer.name,
        "starts_at": layer.starts_at.isoformat(),
        "ends_at": layer.ends_at and layer.ends_at.isoformat(),
        "rotation_virtual_start": layer.rotation_virtual_start.isoformat(),
        "turn_seconds": layer.turn_length // SECOND,
        "users": [turn.membership_id for turn in layer.turns.all()],
        "restrictions": [_take_restriction(row) for row in layer.restrictions.all()],
    }


def _take_restriction(row: Restriction) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "start_time": row.start_time.isoformat(),
        "seconds": row.duration // SECOND,
        "weekday": row.weekday,
    }


def _layer(layer: dict[str, Any], zone: ZoneInfo) -> schedules.Layer:
    return schedules.Layer(
        start=datetime.fromisoformat(layer["starts_at"]),
        end=moment_of(layer["ends_at"]),
        virtual_start=datetime.fromisoformat(layer["rotation_virtual_start"]),
        turn_length=timedelta(seconds=layer["turn_seconds"]),
        users=tuple(layer["users"]),
        restrictions=restrictions_of(layer),
        name=layer["name"],
        id=layer["id"],
        zone=zone,
    )
