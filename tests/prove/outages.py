"""When nothing could be sent, because a part was down that all sending needs."""

from collections.abc import Sequence
from itertools import pairwise

from tests.prove.ledger import Window
from tests.prove.plans import WORKERS

# Without one of these nothing moves; of the workers one is enough.
NEEDED = ("workers", "postgres", "redis", "beat-1")
STOPPED = ("kill", "pause", "restart")

Outage = tuple[float, float]


def of(windows: Sequence[Window]) -> list[Outage]:
    """Say from when to when; a killed part is down until it works again."""
    stops = [window for window in windows if window.kind.startswith(STOPPED)]
    edges = sorted({at for w in stops for at in (w.started_at, w.ended_at)})
    found: list[Outage] = []
    for start, end in pairwise(edges):
        if not _is_down(stops, start, end):
            continue
        if found and found[-1][1] == start:
            start = found.pop()[0]
        found.append((start, end))
    return found


def after(at: float, seconds: float, outages: Sequence[Outage]) -> float:
    """Say when so much time has passed in which something could be sent."""
    end = at + seconds
    for start, over in outages:
        if over > at and start < end:
            end += over - max(start, at)
    return end


def _is_down(stops: Sequence[Window], start: float, end: float) -> bool:
    down = {w.target for w in stops if w.started_at <= start and end <= w.ended_at}
    return bool(down.intersection(NEEDED)) or down.issuperset(WORKERS)
