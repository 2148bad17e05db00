"""Whom an incident had to page, and when: computed from the world, not from its rows.

Of the product's records only the instants are taken at which a level started and
somebody answered; whether a level had to start, and whom it then had to page, is
decided here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.prove.rows import Entry
from tests.prove.world import MINUTE, Person, Service, World

ANSWERS = ("acknowledge", "resolve", "auto_resolve", "merged")
FOREVER = float("inf")


@dataclass(frozen=True)
class Key:
    """One page: of an incident, in one pass of one level, by one rule of one person."""

    incident: int
    # Counted from 0 over all positions of the policy; the alarm's is behind the last.
    start: int
    person: int
    kind: str
    address: str
    minutes: int


@dataclass(frozen=True)
class Demand:
    """A page that was due, unless its level ended before."""

    key: Key
    due_at: float
    # When its level was due.
    level_due_at: float
    # When the level began for the product; None where it never did.
    started_at: float | None
    # When the next level began, or somebody answered.
    ends_at: float
    # Whether it was an answer that ended it.
    is_answered: bool


@dataclass(frozen=True)
class Start:
    """A level that did start, or that had to."""

    due_at: float
    started_at: float | None


@dataclass(frozen=True)
class Case:
    """What is known of one incident from outside."""

    incident: int
    service: Service
    severity: str
    # When the tool was told that its event is taken.
    born_at: float


def of(case: Case, world: World, timeline: list[Entry]) -> list[Demand]:
    """All pages that the incident had to send."""
    answered_at = answer_of(timeline)
    starts = starts_of(case, timeline, answered_at)
    demands: list[Demand] = []
    for place, start in enumerate(starts):
        following = starts[place + 1].started_at if place + 1 < len(starts) else None
        ends_at = min(answered_at, following or FOREVER)
        for person, rules in _told(case, world, place, start):
            for kind, address, minutes in rules:
                begins = min(start.due_at, start.started_at or start.due_at)
                key = Key(case.incident, place, person.id, kind, address, minutes)
                due_at = begins + minutes * MINUTE
                if due_at < ends_at:
                    demands.append(
                        Demand(
                            key,
                            due_at,
                            begins,
                            start.started_at,
                            ends_at,
                            ends_at == answered_at,
                        )
                    )
    return demands


def answer_of(timeline: list[Entry]) -> float:
    """When somebody first answered."""
    return min((e.at for e in timeline if e.verb in ANSWERS), default=FOREVER)


def settled_at(timeline: list[Entry]) -> float:
    """When the first answer was there for everybody to see."""
    return min(
        (e.committed_at or e.at for e in timeline if e.verb in ANSWERS), default=FOREVER
    )


def starts_of(case: Case, timeline: list[Entry], answered_at: float) -> list[Start]:
    """The levels in the order of the policy, as far as they had to start.

    Behind the last one comes the alarm that nobody answered.
    """
    actual = [entry.at for entry in timeline if entry.verb == "level_started"]
    ended = [entry.at for entry in timeline if entry.verb == "policy_exhausted"]
    delays = _delays(case)
    starts: list[Start] = []
    due_at = case.born_at
    for place in range(len(delays)):
        is_alarm = place == len(delays) - 1 and place > 0
        found = ended if is_alarm else actual[place : place + 1]
        started_at = found[0] if found else None
        if started_at is None and due_at >= answered_at:
            break
        starts.append(Start(due_at, started_at))
        due_at = (due_at if started_at is None else started_at) + delays[place]
    return starts


def out_of_order(case: Case, timeline: list[Entry]) -> bool:
    """Whether levels started that the policy does not have in this order."""
    started = [
        (entry.details.get("round", 0), entry.details.get("level"))
        for entry in timeline
        if entry.verb == "level_started"
    ]
    wanted = list(case.service.positions())
    if _is_low(case):
        wanted = wanted[:1]
    return started != wanted[: len(started)]


def _is_low(case: Case) -> bool:
    return case.service.urgency_of(case.severity) == "low"


def _delays(case: Case) -> list[float]:
    """How long each position waits; the alarm has none behind it."""
    if _is_low(case):
        return [FOREVER]
    levels = case.service.levels
    waits = [levels[number - 1].delay for _turn, number in case.service.positions()]
    return [*waits, FOREVER]


def _told(
    case: Case, world: World, place: int, start: Start
) -> Iterator[tuple[Person, list[tuple[str, str, int]]]]:
    positions = list(case.service.positions())
    if place == len(positions):
        for owner in world.owners(case.service.account):
            known = dict.fromkeys((rule.kind, rule.address) for rule in owner.rules)
            yield owner, [(kind, address, 0) for kind, address in known]
        return
    level = case.service.levels[positions[place][1] - 1]
    urgency = case.service.urgency_of(case.severity)
    at = start.due_at if start.started_at is None else start.started_at
    for number in sorted(level.reached(at)):
        person = world.people[number]
        yield (
            person,
            [
                (rule.kind, rule.address, rule.minutes)
                for rule in person.rules
                if rule.urgency == urgency
            ],
        )
