"""What came of a run: what was lost, what came twice, and how late the rest was."""

from collections import Counter
from dataclasses import dataclass, field

from tests.prove.demands import Key


@dataclass(frozen=True)
class Finding:
    """Something that must not be, with what is known of it."""

    what: str
    why: str
    event: str = ""
    incident: int | None = None


@dataclass
class Verdict:
    """What came of all of it."""

    events: int = 0
    accepted: int = 0
    incidents: int = 0
    # Of these, what the product opened about itself.
    own: int = 0
    demanded: int = 0
    arrived: int = 0
    # Demands that ended without a page, by how.
    ended: Counter[str] = field(default_factory=Counter)
    lost: list[Finding] = field(default_factory=list)
    # Second pages, by what explains them.
    duplicates: Counter[str] = field(default_factory=Counter)
    unexplained: list[Finding] = field(default_factory=list)
    lateness: list[float] = field(default_factory=list)
    calm: list[float] = field(default_factory=list)
    # The latest pages: seconds, and which.
    latest: list[tuple[float, Key]] = field(default_factory=list)
    latest_calm: list[tuple[float, Key]] = field(default_factory=list)
    answers: int = 0

    @property
    def is_clean(self) -> bool:
        return not self.lost and not self.unexplained
