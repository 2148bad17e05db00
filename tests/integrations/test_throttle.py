"""The limits of events: a sliding minute, for each key and for each account."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import override_settings

from integrations import throttle
from integrations.throttle import Throttle

MINUTE = datetime(2027, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def names():
    """Names that no other test counts under."""
    return {"key": uuid4().hex, "account": uuid4().int % 10**9}


def limiter(names, per_minute, **other):
    made = Throttle()
    chosen = names | other
    made.learn(chosen["key"], chosen["account"], per_minute)
    return made


def taken(one, key, count, at):
    """How many of so many events at one instant are let in."""
    return sum(one.wait(key, at) == 0 for _ in range(count))


def test_a_key_may_use_half_of_what_its_account_may(names):
    one = limiter(names, 100)
    assert taken(one, names["key"], 200, MINUTE) == 50


def test_an_account_may_use_all_of_it_through_several_keys(names):
    one = limiter(names, 100)
    keys = [names["key"], uuid4().hex, uuid4().hex]
    for key in keys:
        one.learn(key, names["account"], 100)
    assert sum(taken(one, key, 100, MINUTE) for key in keys) == 100


def test_one_accounts_storm_costs_another_nothing(names):
    one = limiter(names, 10)
    other = uuid4().hex
    one.learn(other, names["account"] + 10**9, 10)
    taken(one, names["key"], 100, MINUTE)
    assert one.wait(other, MINUTE) == 0


def test_the_minute_slides(names):
    one = limiter(names, 120)
    assert taken(one, names["key"], 100, MINUTE + timedelta(seconds=59)) == 60
    later = MINUTE + timedelta(seconds=90)
    assert taken(one, names["key"], 100, later) == 30
    assert taken(one, names["key"], 100, later + timedelta(minutes=3)) == 60


@pytest.mark.parametrize("second", [0, 20, 59])
def test_after_the_wait_that_it_says_there_is_room(names, second):
    one = limiter(names, 120)
    at = MINUTE + timedelta(seconds=second)
    taken(one, names["key"], 100, at)
    seconds = one.wait(names["key"], at)
    assert 0 < seconds <= 61
    assert one.wait(names["key"], at + timedelta(seconds=seconds)) == 0


def test_a_minute_that_weighs_on_the_next_is_waited_for_too(names):
    one = limiter(names, 120)
    taken(one, names["key"], 60, MINUTE)
    at = MINUTE + timedelta(seconds=61)
    assert taken(one, names["key"], 60, at) == 1
    seconds = one.wait(names["key"], at)
    assert 0 < seconds <= 2
    assert one.wait(names["key"], at + timedelta(seconds=seconds)) == 0


def test_a_key_that_nobody_told_of_is_let_in(names):
    assert taken(Throttle(), names["key"], 1000, MINUTE) == 1000


def test_a_changed_limit_counts_at_once(names):
    one = limiter(names, 10)
    assert taken(one, names["key"], 50, MINUTE) == 5
    one.learn(names["key"], names["account"], 100)
    assert taken(one, names["key"], 50, MINUTE) == 45


def test_processes_share_a_limit(names):
    first, second = limiter(names, 200), limiter(names, 200)
    found = 0
    for step in range(100):
        at = MINUTE + timedelta(seconds=step / 3)
        found += taken(first, names["key"], 3, at) + taken(second, names["key"], 3, at)
    # Each counts the last few events on its own.
    assert 100 <= found <= 110


def test_without_redis_a_process_goes_on_by_itself(names, caplog):
    throttle._redis.cache_clear()
    with override_settings(REDIS_URL="unix:///nonexistent/redis.sock"):
        one = limiter(names, 100)
        assert taken(one, names["key"], 200, MINUTE) == 50
    throttle._redis.cache_clear()
    assert names["key"] not in caplog.text
