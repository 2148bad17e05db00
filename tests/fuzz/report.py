"""What was called how often, and what must not have come back."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

# Enough of a request to do it again.
LONGEST = 2000


@dataclass
class Report:
    """Counts by operation, and each failure with the request that led to it."""

    statuses: dict[str, Counter[int]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    failures: list[str] = field(default_factory=list)

    def note(self, label: str, status: int) -> None:
        """Count an answer."""
        self.statuses[label][status] += 1

    def fail(self, label: str, why: str, request: Any, answer: str) -> None:
        """Keep what must not happen, with what led to it."""
        sent = f"{request!r}"[:LONGEST]
        self.failures.append(f"{label}: {why}\n  sent {sent}\n  got {answer[:500]}")

    def words(self) -> str:
        """Say it all: a line for each operation, then the failures."""
        lines = [
            f"{label:<75} {_counts(counts)}"
            for label, counts in sorted(self.statuses.items())
        ]
        asked = sum(counts.total() for counts in self.statuses.values())
        lines.append(
            f"\n{asked} requests of {len(self.statuses)} operations,"
            f" {len(self.failures)} failures"
        )
        return "\n".join([*lines, *self.failures])


def _counts(counts: Counter[int]) -> str:
    return "  ".join(f"{status}: {count}" for status, count in sorted(counts.items()))
