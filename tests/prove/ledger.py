"""What was seen from outside: accepted events, pages at the providers, answers, faults.

Instants are seconds since the epoch; all of it happens on one machine.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.prove.plans import Event


@dataclass
class Sent:
    """An event that a tool has sent, and when it was told 202."""

    event: Event
    tries: int = 0
    accepted_at: float | None = None


@dataclass(frozen=True)
class Page:
    """A message as a provider saw it.

    `verdict` is "taken" when the sender was told so, "unsure" when the provider took
    it and the sender could not know, "refused" for now and "hopeless" for good.
    """

    at: float
    kind: str
    address: str
    token: str
    text: str
    marks: tuple[str, ...]
    verdict: str
    # Who took it, where a kind has several providers.
    provider: str = ""
    # The provider's own name for it, and where keys of a call go.
    id: str = ""
    keys: str = ""

    @property
    def has_arrived(self) -> bool:
        return self.verdict in ("taken", "unsure")


@dataclass(frozen=True)
class Answer:
    """A person's answer that we have told them is done."""

    at: float
    via: str
    verb: str
    address: str
    token: str


@dataclass
class Window:
    """A fault, from its beginning until all had recovered."""

    kind: str
    target: str
    started_at: float
    ended_at: float

    def overlaps(self, start: float, end: float) -> bool:
        """Whether it lasted during some of that time."""
        return self.started_at <= end and start <= self.ended_at


@dataclass(frozen=True)
class Tampering:
    """A due row of an incident that was deleted behind the product's back."""

    at: float
    kind: str
    incident: int


@dataclass
class Ledger:
    """Everything in the order in which it was seen."""

    sent: list[Sent] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)
    tamperings: list[Tampering] = field(default_factory=list)
    # Parts that ended by themselves and had to be started again.
    fallen: list[str] = field(default_factory=list)

    @contextmanager
    def fault(self, kind: str, target: str) -> Iterator[None]:
        """Note a fault that lasts as long as the block."""
        window = Window(kind, target, time.time(), float("inf"))
        self.windows.append(window)
        try:
            yield
        finally:
            window.ended_at = time.time()
