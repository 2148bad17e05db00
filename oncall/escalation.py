"""Whom a level of an escalation policy pages, and when the next level is due."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Literal, TypeVar

TargetKind = Literal["user", "schedule"]
Strategy = Literal["assign_to_everyone", "round_robin"]
Person = TypeVar("Person")

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody to page: a user, or whoever is on call for a schedule."""

    kind: TargetKind
    id: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """Whom to page together, and how long to wait for them before the next level."""

    delay: timedelta
    targets: tuple[Target, ...]
    rule_id: int | None = None
    strategy: Strategy = "assign_to_everyone"

    @property
    def is_round_robin(self) -> bool:
        return self.strategy == "round_robin"


@dataclass(frozen=True, slots=True)
class Position:
    """How far an incident has come: a level, counted from 1, in a round from 0."""

    level: int
    round: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """An escalation policy as it was when an incident was triggered.

    The levels are gone through once and then repeated as often as it says.
    """

    policy_id: int | None
    name: str
    levels: tuple[Level, ...]
    repeats: int = 0

    def level(self, position: Position) -> Level:
        """This will answer the level at a position of this plan.

        Raises LookupError for one that the plan does not have, such as level 0.
        """
        if not 1 <= position.level <= len(self.levels):
            raise LookupError(f"The plan has no level {position.level}.")
        return self.levels[position.level - 1]

    def as_json(self) -> dict[str, Any]:
        """This will answer the plan in values that JSON knows."""
        return {
            "policy_id": self.policy_id,
            "name": self.name,
            "repeats": self.repeats,
            "levels": [_level_as_json(level) for level in self.levels],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Plan":
        """This will read what as_json has written, also by a later version.

        A chain must not end because of what we do not know: unknown keys are ignored,
        targets of an unknown kind left out, and an unknown strategy pages everyone.
        """
        return cls(
            policy_id=stored.get("policy_id"),
            name=stored.get("name", ""),
            levels=tuple(map(_level_from_json, stored.get("levels", ()))),
            repeats=stored.get("repeats", 0),
        )


def first(plan: Plan) -> Position | None:
    """This will answer where the plan begins; None for a plan without levels."""
    return Position(level=1) if plan.levels else None


def after(plan: Plan, position: Position) -> Position | None:
    """This will answer the next position; None when the plan is exhausted."""
    if position.level < len(plan.levels):
        return Position(position.level + 1, position.round)
    if plan.levels and position.round < plan.repeats:
        return Position(1, position.round + 1)
    return None


def next_reachable(
    plan: Plan,
    position: Position | None,
    people: Callable[[Level], Collection[Person]],
) -> tuple[Position, Collection[Person]] | None:
    """This will answer the next position that reaches anybody, and whom.

    From the beginning if there is no position yet. Levels that reach nobody are skipped
    at once, also into the next rounds; None when the plan is exhausted or, as far as
    people knows at this instant, no level reaches anybody.
    """
    # After as many positions as there are levels, each has been asked once.
    for candidate in islice(_following(plan, position), len(plan.levels)):
        reached = people(plan.level(candidate))
        if reached:
            return candidate, reached
    return None


def turn(ring: Sequence[Person], number: int) -> Person:
    """This will answer whose turn it is in a ring that is not empty, counted from 0."""
    return ring[number % len(ring)]


def next_due(plan: Plan, position: Position, started_at: datetime) -> datetime:
    """This will answer until when a level that has started waits for an answer."""
    return started_at + plan.level(position).delay


def ahead(
    plan: Plan, position: Position, started_at: datetime
) -> list[tuple[Position, datetime]]:
    """This will list the positions after this one and when each is due.

    As if every level reached somebody and nobody answered.
    """
    upcoming = []
    for following in _following(plan, position):
        started_at = next_due(plan, position, started_at)
        position = following
        upcoming.append((position, started_at))
    return upcoming


def _following(plan: Plan, position: Position | None) -> Iterator[Position]:
    """The positions after this one, or all of them."""
    following = first(plan) if position is None else after(plan, position)
    while following is not None:
        yield following
        following = after(plan, following)


def _level_as_json(level: Level) -> dict[str, Any]:
    return {
        "delay_seconds": level.delay // SECOND,
        "rule_id": level.rule_id,
        "strategy": level.strategy,
        "targets": [
            {"kind": target.kind, "id": target.id, "name": target.name}
            for target in level.targets
        ],
    }


def _level_from_json(stored: Mapping[str, Any]) -> Level:
    round_robin = stored.get("strategy") == "round_robin"
    return Level(
        delay=timedelta(seconds=stored["delay_seconds"]),
        targets=tuple(
            Target(target["kind"], target["id"], target.get("name", ""))
            for target in stored["targets"]
            if target["kind"] in ("user", "schedule")
        ),
        rule_id=stored.get("rule_id"),
        strategy="round_robin" if round_robin else "assign_to_everyone",
    )
