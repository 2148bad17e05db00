"""What one run of the bench has measured."""

import os
import statistics
from dataclasses import dataclass, field

from tests.bench import due
from tests.bench.cost import Cost, Parts
from tests.bench.due import Lateness
from tests.bench.history import Costs
from tests.bench.intake import Figures
from tests.bench.mail import Idle, Storm

NO_MAIL = Idle(0, 0, 0.0, 0.0, 0.0)
NO_STORM = Storm(0, 0, 0.0, 0.0, 0.0, 0.0)


@dataclass
class Findings:
    """Filled measure by measure."""

    intake: dict[int, dict[str, Figures]] = field(default_factory=dict)
    costs: dict[str, Cost] = field(default_factory=dict)
    idling: Parts = field(default_factory=dict)
    idle_mail: Idle = NO_MAIL
    storm: Storm = NO_STORM
    memory: Parts = field(default_factory=dict)
    memory_after: Parts = field(default_factory=dict)
    schedules: dict[str, float] = field(default_factory=dict)
    pages: Lateness = due.NONE
    # Of single pages, without and with an account that has 100 times as many.
    quiet: Lateness = due.NONE
    noisy: Lateness = due.NONE
    # Escalations over some seconds among many pending, and many at one instant: when
    # the next level began, and when its mail came.
    pending: tuple[Lateness, Lateness] = (due.NONE, due.NONE)
    at_once: tuple[Lateness, Lateness] = (due.NONE, due.NONE)
    history: Costs = field(default_factory=Costs)
    # Milliseconds of CPU of a new key: of one account alone, of the same among a
    # thousand others, and where each event is of another one of these.
    one_account: float = 0.0
    among_many: float = 0.0
    of_many: float = 0.0
    outcomes: dict[str, int] = field(default_factory=dict)
    took_seconds: float = 0.0
    # Others' work on the same cores slows everything here.
    load_before: float = field(default_factory=lambda: os.getloadavg()[0])

    def ratio(self, connections: int) -> float:
        """Our rate over the bare view's: the median of the rounds' ratios."""
        ours, bare = (self.intake[connections][name] for name in ("ours", "bare"))
        ratios = [
            mine.per_second / its.per_second
            for mine, its in zip(ours.runs, bare.runs, strict=True)
        ]
        return statistics.median(ratios)

    def p99_ratio(self, connections: int) -> float:
        """Our 99th percentile over the bare view's."""
        ours, bare = (self.intake[connections][name] for name in ("ours", "bare"))
        return ours.p99_ms / bare.p99_ms
