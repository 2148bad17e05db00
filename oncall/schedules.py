"""Who is on call at an instant, and the shifts of a period.

All arithmetic happens in seconds (see wallclock); every datetime that leaves is in UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from oncall.layers import Layer, Restriction, layer_pieces
from oncall.periods import Piece, joined, paint, split
from oncall.wallclock import DAY, FIRST_YEAR, LAST_YEAR, moment, seconds

__all__ = [
    "Layer",
    "Override",
    "Restriction",
    "Schedule",
    "Shift",
    "coverage",
    "final_shifts",
    "gaps",
    "layer_shifts",
    "next_handoff",
    "on_call_at",
    "override_shifts",
    "shift_at",
]

# How far to look for the end of a shift, a longer way each time there is none.
REACHES = tuple(days * DAY for days in (8, 64, 512, 4096, 36525))
EARLIEST = seconds(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC))
LATEST = seconds(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Override:
    """Puts one user on call for a period, whatever the layers say."""

    start: datetime
    end: datetime
    user: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """Layers from the lowest to the highest precedence, overrides from the oldest."""

    zone: ZoneInfo
    layers: tuple[Layer, ...] = ()
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True)
class Shift:
    """A user is on call in [start, end), both in UTC.

    A shift without an end in the next hundred years is endless, and its end is then
    only how far we looked.
    """

    start: datetime
    end: datetime
    user: int
    endless: bool = False


def final_shifts(
    schedule: Schedule, start: datetime, end: datetime, *, overflow: bool = False
) -> list[Shift]:
    """This will list who is on call when in [start, end), sorted and disjoint.

    Shifts of one user that touch are one. They are cut at start and end; with overflow
    they keep their true ones.
    """
    pieces = _final(schedule, seconds(start), seconds(end))
    shifts = [_shift(piece) for piece in pieces]
    if overflow:
        for outermost in {0, len(pieces) - 1} if pieces else ():
            shifts[outermost] = _uncut(schedule, pieces[outermost])
    return shifts


def layer_shifts(
    schedule: Schedule,
    layer: Layer,
    start: datetime,
    end: datetime,
    *,
    overflow: bool = False,
) -> list[Shift]:
    """This will list the shifts of a layer as if it were alone in the schedule."""
    alone = Schedule(schedule.zone, layers=(layer,))
    return final_shifts(alone, start, end, overflow=overflow)


def override_shifts(
    schedule: Schedule, start: datetime, end: datetime, *, overflow: bool = False
) -> list[Shift]:
    """This will list the shifts of the overrides as if there were no layers."""
    alone = Schedule(schedule.zone, overrides=schedule.overrides)
    return final_shifts(alone, start, end, overflow=overflow)


def on_call_at(schedule: Schedule, at: datetime) -> int | None:
    """This will answer who is on call at the instant, if anybody is."""
    piece = _piece_at(schedule, at)
    return piece[2] if piece else None


def shift_at(schedule: Schedule, at: datetime) -> Shift | None:
    """This will answer the shift in force at the instant, with its true start and end.

    It looks a hundred years to both sides: see Shift.
    """
    piece = _piece_at(schedule, at)
    return _uncut(schedule, piece) if piece else None


def next_handoff(schedule: Schedule, at: datetime) -> datetime | None:
    """This will answer when somebody else, or nobody, is on call next after at.

    None if nothing changes within a hundred years.
    """
    change = _next_change(schedule, seconds(at))
    return None if change is None else moment(change)


def gaps(
    shifts: Iterable[Shift], start: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    """This will list the parts of [start, end) that the sorted shifts leave open."""
    uncovered = split(_pieces(shifts), [(seconds(start), seconds(end))])[1]
    return [(moment(first), moment(last)) for first, last in uncovered]


def coverage(shifts: Iterable[Shift], start: datetime, end: datetime) -> float:
    """This will answer how many per cent of [start, end) the sorted shifts cover.

    Counted in elapsed time: a day may have 23 hours. Raises ValueError for a period
    that does not end after its start.
    """
    period = (seconds(start), seconds(end))
    if period[0] >= period[1]:
        raise ValueError("The period must end after its start.")
    covered = split(_pieces(shifts), [period])[0]
    return 100 * sum(end - start for start, end, _ in covered) / (period[1] - period[0])


def _shift(piece: Piece) -> Shift:
    start, end, user = piece
    return Shift(moment(start), moment(end), user)


def _pieces(shifts: Iterable[Shift]) -> list[Piece]:
    return [(seconds(shift.start), seconds(shift.end), shift.user) for shift in shifts]


def _piece_at(schedule: Schedule, at: datetime) -> Piece | None:
    """The second of a shift that the instant lies in."""
    instant = seconds(at)
    pieces = _final(schedule, instant, instant + 1)
    return pieces[0] if pieces else None


def _uncut(schedule: Schedule, piece: Piece) -> Shift:
    """The whole shift of which the piece is a part."""
    first, last, user = piece
    start, end = _last_change(schedule, first), _next_change(schedule, last - 1)
    if end is not None:
        return _shift((start, end, user))
    furthest = min(last + REACHES[-1], LATEST)
    return Shift(moment(start), moment(furthest), user, endless=True)


def _last_change(schedule: Schedule, instant: int) -> int:
    """When the user who is on call at the instant came on call."""
    for reach in REACHES:
        furthest = max(instant - reach, EARLIEST)
        start = _final(schedule, furthest, instant + 1)[-1][0]
        if start > furthest:
            break
    return start


def _next_change(schedule: Schedule, instant: int) -> int | None:
    """When somebody else, or nobody, is on call next after the instant."""
    for reach in REACHES:
        furthest = min(instant + reach, LATEST)
        pieces = _final(schedule, instant, furthest)
        # What begins or ends at the limits of the search need not do so in truth.
        changes = (edge for start, end, _ in pieces[:1] for edge in (start, end))
        change = next((edge for edge in changes if instant < edge < furthest), None)
        if change is not None:
            return change
    return None


def _final(schedule: Schedule, start: int, end: int) -> list[Piece]:
    """Who is on call in [start, end), sorted, disjoint and joined.

    From the highest precedence down, each layer fills what is still open, so that what
    is hidden altogether is never computed.
    """
    if start >= end:
        return []
    overrides = _override_pieces(schedule.overrides, start, end)
    pieces, uncovered = split(overrides, [(start, end)])
    for layer in reversed(schedule.layers):
        if not uncovered:
            break
        found = layer_pieces(schedule.zone, layer, uncovered[0][0], uncovered[-1][1])
        visible, uncovered = split(found, uncovered)
        pieces += visible
    return joined(sorted(pieces))


def _override_pieces(
    overrides: Iterable[Override], start: int, end: int
) -> list[Piece]:
    """The overrides with a part in [start, end), the later ones over the earlier."""
    pieces: list[Piece] = []
    for override in overrides:
        piece = (seconds(override.start), seconds(override.end), override.user)
        if max(piece[0], start) < min(piece[1], end):
            paint(pieces, piece)
    return pieces
