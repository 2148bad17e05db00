"""Goes round the targets until the time is over."""

import math
import random
import time
from collections.abc import Sequence
from typing import Any, Protocol

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.generation.hypothesis.reporting import UnsatisfiableSchema

from tests.fuzz import furnishing
from tests.fuzz.caller import Caller
from tests.fuzz.furnishing import House

EXAMPLES = 12
USUAL = settings(
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Target(Protocol):
    """What is called, with what is drawn."""

    label: str
    template: str
    strategy: st.SearchStrategy

    @property
    def variants(self) -> st.SearchStrategy:
        """What is drawn where the strategy cannot be."""

    def call(
        self, caller: Caller, house: House, case: Any, dice: random.Random
    ) -> None:
        """Send one drawn case."""


class Run:
    """Rounds of every target, each with a seed of its own."""

    def __init__(
        self, caller: Caller, house: House, *, seed: int, minutes: float = math.inf
    ) -> None:
        self.caller = caller
        self.house = house
        self.dice = random.Random(seed)
        self.end = time.monotonic() + minutes * 60

    def go(self, targets: Sequence[Target]) -> None:
        """Go round and round; the last round may be cut."""
        while not self._is_over():
            furnishing.fill(self.house)
            self.round(targets, EXAMPLES)

    def round(self, targets: Sequence[Target], examples: int) -> None:
        """Call everything so often, in an order of its own."""
        self.house.look([target.template for target in targets])
        for target in self.dice.sample(targets, len(targets)):
            if not self._is_over():
                self._call(target, examples)

    def _call(self, target: Target, examples: int) -> None:
        try:
            self._draw(target, target.strategy, examples)
        except UnsatisfiableSchema:
            self._draw(target, target.variants, examples)

    def _draw(self, target: Target, strategy: st.SearchStrategy, examples: int) -> None:
        @seed(self.dice.getrandbits(32))
        @settings(USUAL, max_examples=examples)
        @given(case=strategy)
        def drawn(case: Any) -> None:
            if not self._is_over():
                target.call(self.caller, self.house, case, self.dice)

        drawn()

    def _is_over(self) -> bool:
        return time.monotonic() > self.end
