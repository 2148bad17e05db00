"""Levels follow each other, repeat, are skipped when empty, and come to an end."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.escalation import (
    Level,
    Plan,
    Position,
    Target,
    after,
    ahead,
    first,
    next_due,
    next_reachable,
)

NOON = datetime(2027, 5, 18, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def plan_of(*minutes, repeats=0):
    """A plan whose level n pages user n and waits for the minutes given."""
    levels = tuple(
        Level(delay * MINUTE, (Target("user", number, f"User {number}"),), number)
        for number, delay in enumerate(minutes, 1)
    )
    return Plan(policy_id=7, name="Default", levels=levels, repeats=repeats)


def only(*reachable):
    """Pretends that just these users can be reached."""
    return lambda level: [t.id for t in level.targets if t.id in reachable]


def walk(plan):
    position = first(plan)
    while position is not None:
        yield position
        position = after(plan, position)


def test_levels_come_one_after_the_other_and_then_it_is_over():
    assert list(walk(plan_of(5, 10))) == [Position(1, 0), Position(2, 0)]


def test_a_plan_that_repeats_begins_again_with_its_first_level():
    assert list(walk(plan_of(5, 10, repeats=1))) == [
        Position(1, 0),
        Position(2, 0),
        Position(1, 1),
        Position(2, 1),
    ]


def test_a_plan_without_levels_is_exhausted_at_once_however_often_it_repeats():
    plan = plan_of(repeats=9)

    assert first(plan) is None
    assert after(plan, Position(1)) is None
    assert next_reachable(plan, None, only(1)) is None
    assert ahead(plan, Position(1), NOON) == []


def test_the_first_level_is_paged_first():
    assert next_reachable(plan_of(5, 10), None, only(1, 2)) == (Position(1), [1])


def test_a_level_that_reaches_nobody_is_skipped_at_once():
    plan = plan_of(5, 10, 15)

    assert next_reachable(plan, None, only(3)) == (Position(3), [3])
    assert next_reachable(plan, Position(1), only(1, 3)) == (Position(3), [3])


def test_after_the_last_level_the_next_round_is_searched():
    plan = plan_of(5, 10, 15, repeats=2)

    assert next_reachable(plan, Position(2, 0), only(2)) == (Position(2, 1), [2])
    assert next_reachable(plan, Position(3, 1), only(1, 2)) == (Position(1, 2), [1])


def test_a_repeat_may_page_the_same_single_level_again():
    plan = plan_of(5, repeats=1)

    assert next_reachable(plan, Position(1, 0), only(1)) == (Position(1, 1), [1])
    assert next_reachable(plan, Position(1, 1), only(1)) is None


def test_the_last_round_does_not_start_over():
    plan = plan_of(5, 10, repeats=1)

    assert next_reachable(plan, Position(2, 1), only(1, 2)) is None
    assert next_reachable(plan, Position(1, 1), only(1)) is None


def test_a_plan_that_reaches_nobody_ends_after_each_level_was_asked_once():
    plan = plan_of(5, 10, repeats=9)
    asked = []

    def nobody(level):
        asked.append(level.rule_id)
        return []

    assert next_reachable(plan, None, nobody) is None
    assert asked == [1, 2]


def test_a_level_is_due_when_its_own_delay_is_over():
    assert next_due(plan_of(5, 10), Position(2), NOON) == NOON + 10 * MINUTE


def test_what_comes_next_is_known_with_its_times():
    plan = plan_of(5, 10, repeats=1)

    assert ahead(plan, Position(2), NOON) == [
        (Position(1, 1), NOON + 10 * MINUTE),
        (Position(2, 1), NOON + 15 * MINUTE),
    ]


def test_nothing_comes_after_the_last_level_of_the_last_round():
    assert ahead(plan_of(5, 10, repeats=1), Position(2, 1), NOON) == []


@pytest.mark.parametrize("number", [0, 3])
def test_a_level_that_the_plan_does_not_have_is_refused(number):
    with pytest.raises(LookupError, match=f"no level {number}"):
        plan_of(5, 10).level(Position(number))


def test_an_incident_outside_of_the_plan_enters_it_at_the_first_level():
    assert after(plan_of(5, 10), Position(0)) == Position(1)


TARGETS = st.builds(
    Target, st.sampled_from(["user", "schedule"]), st.integers(1), st.text(max_size=9)
)
LEVELS = st.builds(
    Level,
    st.integers(0, 10**6).map(lambda seconds: timedelta(seconds=seconds)),
    st.lists(TARGETS, max_size=3).map(tuple),
    st.none() | st.integers(1),
    st.sampled_from(["assign_to_everyone", "round_robin"]),
)
PLANS = st.builds(
    Plan,
    st.none() | st.integers(1),
    st.text(max_size=9),
    st.lists(LEVELS, max_size=4).map(tuple),
    st.integers(0, 9),
)


@given(PLANS)
def test_a_plan_survives_being_stored(plan):
    assert Plan.from_json(plan.as_json()) == plan


@given(PLANS)
def test_every_level_comes_once_in_every_round(plan):
    assert len(list(walk(plan))) == len(plan.levels) * (plan.repeats + 1)


def test_a_plan_of_a_later_version_goes_on_paging_whom_we_know():
    stored = plan_of(5).as_json()
    stored["colour"] = "red"
    stored["levels"][0]["strategy"] = "loudest_first"
    stored["levels"][0]["targets"].append({"kind": "horoscope", "id": 1})

    assert Plan.from_json(stored) == plan_of(5)


def test_an_incident_without_a_plan_has_one_without_levels():
    assert first(Plan.from_json({})) is None
