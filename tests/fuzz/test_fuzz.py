"""A few requests of every operation, the same ones each time, within this process."""

import pytest

from accounts import keys
from integrations.demo import account as demo
from tests.factories import NOON
from tests.fuzz import events, operations
from tests.fuzz.caller import Caller
from tests.fuzz.furnishing import House, fill
from tests.fuzz.report import Report
from tests.fuzz.runs import Run, Target
from tests.fuzz.wire import InProcess
from tests.integrations.api import coverage

EXAMPLES = 2
SEED = 1


@pytest.fixture
def house(db) -> House:
    """The account of the demo, entered without a server."""
    account = demo.make(NOON).account
    made = [keys.create(account, "Fuzz", None, False, NOON)[1] for _ in range(8)]
    house = House(InProcess(), made, "alice@example.com")
    fill(house)
    return house


def test_nothing_that_anybody_sends_is_a_server_error(house):
    if not coverage.PUBLISHED.exists():
        pytest.skip("the published schemas are not beside this folder, in ../shared")
    report = Report()
    run = Run(Caller(house, report), house, seed=SEED)
    targets: list[Target] = [*operations.offered(), *events.doors()]

    run.round(targets, EXAMPLES)

    assert not report.failures, "\n".join(report.failures)
    asked = sum(counts.total() for counts in report.statuses.values())
    assert asked > len(targets)
    # Most of it gets past the door.
    assert any(status == 200 for c in report.statuses.values() for status in c)
