"""What will be sent and what will break, drawn from the seed before anything starts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random

ACTIONS = ("trigger", "acknowledge", "resolve")
SEVERITIES = ("critical", "error", "warning", "info")
# Seconds of quiet at the beginning and at the end of the time for faults.
MARGIN = 4.0
# Faults come in the first part of each cycle, so that there are calm times to compare.
CYCLE = 40.0
STORMY = 20.0
BETWEEN_FAULTS = 2.0

WORKERS = ("worker-1", "worker-2", "worker-3")
PARTS = ("web", *WORKERS, "beat-1")
PROVIDERS = ("mail", "twilio", "gateway", "push")
# How a provider may behave: see `providers.Mood`.
MOODS = ("silent", "busy", "broken", "dying", "late")
# What is done how often, and to what; each is explained in `faults`.
FAULTS: dict[str, tuple[int, tuple[str, ...]]] = {
    "kill": (6, PARTS),
    "kill all workers": (1, ("workers",)),
    "pause": (4, (*PARTS, "postgres", "redis")),
    "flush": (2, ("redis",)),
    "restart": (1, ("redis",)),
    "restart fast": (1, ("postgres",)),
    "restart immediate": (1, ("postgres",)),
    "provider": (5, PROVIDERS),
    "forget escalation": (2, ("rows",)),
    "delete pages": (2, ("rows",)),
    "two beats": (1, ("beat-2",)),
}


@dataclass(frozen=True)
class Event:
    """One message of a tool. Its mark is found again in what people are sent."""

    number: int
    service: int
    action: str
    dedup_key: str
    severity: str

    @property
    def mark(self) -> str:
        return f"E{self.number:06d}Z"


@dataclass(frozen=True)
class Conversation:
    """What one tool says about one problem: events, each after some seconds."""

    at: float
    service: int
    steps: tuple[tuple[float, Event], ...]


@dataclass(frozen=True)
class Fault:
    """Something that breaks, for some seconds where it takes time."""

    at: float
    kind: str
    target: str
    seconds: float = 0.0
    mood: str = ""


@dataclass(frozen=True)
class Plan:
    """All that the seed decides."""

    conversations: tuple[Conversation, ...]
    faults: tuple[Fault, ...] = field(default=())


def of(seed: int, *, seconds: float, rate: float, services: int) -> Plan:
    """Draw a plan; the same arguments will draw the same."""
    return Plan(
        tuple(_conversations(Random(f"{seed}/events"), seconds, rate, services)),
        tuple(_faults(Random(f"{seed}/faults"), seconds)),
    )


def _conversations(
    chance: Random, seconds: float, rate: float, services: int
) -> Iterator[Conversation]:
    numbers, at = count(1), 0.0
    for key in count(1):
        drawn = _steps(chance, chance.randrange(services), f"key-{key}", numbers)
        steps = tuple(_until(seconds - at, drawn))
        yield Conversation(at, steps[0][1].service, steps)
        at += chance.expovariate(rate) * len(steps)
        if at >= seconds:
            return


def _until(
    seconds: float, steps: Iterator[tuple[float, Event]]
) -> Iterator[tuple[float, Event]]:
    """Leave out what would come when the time is over."""
    for pause, event in steps:
        seconds -= pause
        if seconds > 0.0:
            yield pause, event


def _steps(
    chance: Random, service: int, key: str, numbers: "count[int]"
) -> Iterator[tuple[float, Event]]:
    """A trigger; perhaps repeats, an acknowledgement, an end, and a relapse."""
    severity = chance.choice(SEVERITIES)

    def event(action: str) -> Event:
        return Event(next(numbers), service, action, key, severity)

    yield 0.0, event("trigger")
    for _repeat in range(chance.choice((0, 0, 0, 1, 2))):
        yield chance.uniform(0.0, 15.0), event("trigger")
    fate = chance.random()
    if fate < 0.12:
        yield chance.uniform(0.0, 45.0), event("acknowledge")
    elif fate < 0.4:
        yield chance.uniform(0.0, 60.0), event("resolve")
        if chance.random() < 0.3:
            yield chance.uniform(0.0, 10.0), event("trigger")


def _faults(chance: Random, seconds: float) -> Iterator[Fault]:
    at = MARGIN
    kinds = list(FAULTS)
    weights = [FAULTS[kind][0] for kind in kinds]
    while at < seconds - MARGIN:
        if at % CYCLE < STORMY:
            yield _fault(chance, at, _choose(chance, kinds, weights))
        at += chance.expovariate(1 / BETWEEN_FAULTS)


def _choose(chance: Random, kinds: Sequence[str], weights: Sequence[int]) -> str:
    return chance.choices(kinds, weights)[0]


def _fault(chance: Random, at: float, kind: str) -> Fault:
    target = chance.choice(FAULTS[kind][1])
    lasting = {
        "pause": (1.0, 8.0),
        "provider": (4.0, 10.0),
        "restart": (0.0, 3.0),
        "two beats": (10.0, 20.0),
    }
    seconds = chance.uniform(*lasting.get(kind, (0.0, 0.0)))
    mood = chance.choice(MOODS) if kind == "provider" else ""
    return Fault(at, kind, target, seconds, mood)
