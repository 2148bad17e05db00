"""What was set up: people, how they want to be told, and policies, as plain values.

It is written down once, before anything is sent; the accounting computes from it whom
each incident must page, without asking the product.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Minutes are the shortest delays that the product knows.
MINUTE = 60.0
LOW_SEVERITIES = ("warning", "info")


@dataclass(frozen=True)
class Rule:
    """After so many minutes, at this address."""

    kind: str
    address: str
    urgency: str
    minutes: int


@dataclass(frozen=True)
class Person:
    """A member, by the product's id."""

    id: int
    name: str
    account: str
    is_owner: bool
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Rota:
    """People who take turns of the same length from an instant on."""

    people: tuple[int, ...]
    starts_at: float
    turn: float

    def on_call(self, at: float) -> int:
        """Whose turn it is."""
        return self.people[int((at - self.starts_at) // self.turn) % len(self.people)]


@dataclass(frozen=True)
class Level:
    """Whom to page together, and how long to wait for them."""

    delay: float
    people: tuple[int, ...]
    rotas: tuple[Rota, ...]

    def reached(self, at: float) -> frozenset[int]:
        """Whom the level pages when it starts then."""
        return frozenset(self.people) | {rota.on_call(at) for rota in self.rotas}


@dataclass(frozen=True)
class Service:
    """A service, the key that its tool sends with, and its policy."""

    id: int
    account: str
    name: str
    key: str
    urgency: str
    levels: tuple[Level, ...]
    repeats: int
    # Until when the service is in maintenance; nobody is paged before.
    held_until: float = 0.0

    def urgency_of(self, severity: str) -> str:
        """How urgent an incident of that severity is."""
        if self.urgency == "severity_based":
            return "low" if severity in LOW_SEVERITIES else "high"
        return self.urgency

    def positions(self) -> Iterator[tuple[int, int]]:
        """All (round, level) that the policy goes through, levels counted from 1."""
        for turn in range(self.repeats + 1):
            for number in range(1, len(self.levels) + 1):
                yield turn, number


@dataclass(frozen=True)
class World:
    """All of it."""

    people: dict[int, Person]
    services: dict[int, Service]
    # Addresses that the providers refuse for good.
    hopeless: frozenset[str]

    def owners(self, account: str) -> list[Person]:
        """Who is told when nobody has answered."""
        return [p for p in self.people.values() if p.is_owner and p.account == account]

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "World":
        """Read what `furnishing` has printed."""
        people = [_person(found) for found in stored["people"]]
        services = [_service(found) for found in stored["services"]]
        return cls(
            people={person.id: person for person in people},
            services={service.id: service for service in services},
            hopeless=frozenset(stored["hopeless"]),
        )


def _person(stored: Mapping[str, Any]) -> Person:
    rules = tuple(Rule(**rule) for rule in stored["rules"])
    return Person(**{**stored, "rules": rules})


def _service(stored: Mapping[str, Any]) -> Service:
    return Service(**{**stored, "levels": tuple(map(_level, stored["levels"]))})


def _level(stored: Mapping[str, Any]) -> Level:
    rotas = tuple(
        Rota(tuple(rota["people"]), rota["starts_at"], rota["turn"])
        for rota in stored["rotas"]
    )
    return Level(stored["delay"], tuple(stored["people"]), rotas)
