"""What we aim at, so that each run says which goals it met."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.findings import Findings

COMPARED = 8


@dataclass(frozen=True)
class Goal:
    """A limit on one measured value."""

    what: str
    sign: str
    limit: float
    unit: str
    measure: Callable[[Findings], float]

    def is_met(self, value: float) -> bool:
        """Whether the value keeps to the limit."""
        return value >= self.limit if self.sign == "≥" else value <= self.limit


GOALS = (
    Goal(
        "intake at 8 connections, of the bare view's rate",
        "≥",
        0.5,
        "",
        lambda found: found.ratio(COMPARED),
    ),
    Goal(
        "its 99th percentile, of the bare view's",
        "≤",
        3,
        "",
        lambda found: found.p99_ratio(COMPARED),
    ),
    Goal("CPU per new key", "≤", 5, "ms", lambda found: found.costs["new key"].total),
    Goal("CPU per repeat", "≤", 2, "ms", lambda found: found.costs["repeat"].total),
    Goal("CPU per resolve", "≤", 4, "ms", lambda found: found.costs["resolve"].total),
    Goal(
        "event to mail, idle, median", "≤", 150, "ms", lambda found: found.idle_mail.p50
    ),
    Goal(
        "event to mail, idle, 99th", "≤", 1000, "ms", lambda found: found.idle_mail.p99
    ),
    Goal(
        "storm of 150, first mail", "≤", 1, "s", lambda found: found.storm.first / 1000
    ),
    Goal(
        "storm of 150, last mail", "≤", 10, "s", lambda found: found.storm.last / 1000
    ),
    Goal("mails per second", "≥", 100, "", lambda found: found.storm.per_second),
    Goal(
        "a year of 20 layers and 200 users",
        "≤",
        50,
        "ms",
        lambda found: found.schedules["year"],
    ),
    Goal(
        "who is on call now for 1,000 policies",
        "≤",
        100,
        "ms",
        lambda found: found.schedules["now"],
    ),
    Goal("its queries", "≤", 6, "", lambda found: found.schedules["now_queries"]),
    Goal("5,000 pages of 500 accounts, lost", "≤", 0, "", lambda f: f.pages.lost),
    Goal("the last of them", "≤", 60, "s", lambda f: f.pages.last),
    Goal(
        "delay of others by an account at 100 times the rest",
        "≤",
        2,
        "s",
        lambda f: f.noisy.last - f.quiet.last,
    ),
    Goal(
        "escalations among 100,000 pending, lateness, 99th",
        "≤",
        1.5,
        "s",
        lambda f: f.pending[0].p99,
    ),
    Goal(
        "10,000 escalations due at once, the last fired",
        "≤",
        20,
        "s",
        lambda f: f.at_once[0].last,
    ),
    Goal(
        "database time of a tick, 1,000,000 ended and 100,000 open",
        "≤",
        50,
        "ms",
        lambda f: f.history.tick,
    ),
    Goal(
        "list page, 1,000,000 incidents over 10,000",
        "≤",
        1.3,
        "",
        lambda f: f.history.ratio,
    ),
    Goal(
        "CPU per event, among 1,000 accounts over alone",
        "≤",
        1.25,
        "",
        lambda f: f.among_many / f.one_account if f.one_account else 0.0,
    ),
    Goal("memory at rest", "≤", 400, "MiB", lambda found: sum(found.memory.values())),
)
