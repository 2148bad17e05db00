"""What counts as an outage, and how it moves a deadline."""

import pytest

from tests.prove import outages
from tests.prove.ledger import Window


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("kill all workers", "workers"),
        ("restart fast", "postgres"),
        ("pause", "redis"),
        ("kill", "beat-1"),
    ],
)
def test_a_part_that_all_sending_needs(kind, target):
    assert outages.of([Window(kind, target, 10.0, 15.0)]) == [(10.0, 15.0)]


@pytest.mark.parametrize(
    ("kind", "target"), [("kill", "web"), ("flush", "redis"), ("kill", "worker-1")]
)
def test_one_that_others_stand_in_for(kind, target):
    assert outages.of([Window(kind, target, 10.0, 15.0)]) == []


def test_workers_that_are_all_down_together():
    windows = [
        Window("kill", "worker-1", 10.0, 20.0),
        Window("pause", "worker-2", 12.0, 18.0),
        Window("kill", "worker-3", 14.0, 30.0),
    ]

    assert outages.of(windows) == [(14.0, 18.0)]


def test_outages_that_touch_are_one():
    windows = [
        Window("kill", "beat-1", 10.0, 15.0),
        Window("pause", "redis", 13.0, 20.0),
    ]

    assert outages.of(windows) == [(10.0, 20.0)]


def test_a_deadline_moves_by_what_was_down_since():
    down = [(10.0, 20.0), (40.0, 50.0)]

    assert outages.after(0.0, 5.0, down) == 5.0
    assert outages.after(15.0, 5.0, down) == 25.0
    assert outages.after(5.0, 30.0, down) == 55.0
