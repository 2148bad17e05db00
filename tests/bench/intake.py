"""Events accepted per second, beside a bare view that does the work at once."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.bench import events
from tests.bench.backlog import Backlog
from tests.bench.load import Run, closed_loop, percentile

CONNECTIONS = (1, 8, 32)


@dataclass(frozen=True)
class Candidate:
    """A server that takes events at a path."""

    name: str
    port: int
    path: str
    keys: Sequence[str]


@dataclass
class Figures:
    """A candidate's runs at one number of connections."""

    runs: list[Run] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return statistics.median(run.per_second for run in self.runs)

    @property
    def p50_ms(self) -> float:
        return self._percentile_ms(0.5)

    @property
    def p99_ms(self) -> float:
        return self._percentile_ms(0.99)

    def _percentile_ms(self, share: float) -> float:
        """Of all runs together: the 99th of a short run is a matter of luck."""
        together = [latency for run in self.runs for latency in run.latencies]
        return percentile(together, share) * 1000


async def compare(
    candidates: Sequence[Candidate],
    backlog: Backlog,
    *,
    connections: int,
    seconds: float,
    rounds: int,
) -> dict[str, Figures]:
    """Run the candidates in turns, each on an idle machine."""
    figures = {candidate.name: Figures() for candidate in candidates}
    for _round in range(rounds):
        for candidate in candidates:
            run = await closed_loop(
                candidate.port,
                candidate.path,
                events.bodies(candidate.keys),
                connections=connections,
                seconds=seconds,
            )
            if run.refused:
                raise RuntimeError(f"{candidate.name} answered {dict(run.statuses)}")
            figures[candidate.name].runs.append(run)
            await backlog.is_worked()
    return figures
