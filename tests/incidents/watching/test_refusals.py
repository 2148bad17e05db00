"""Events that we refused are told of to those whose they are."""

from datetime import timedelta

import pytest

from incidents.watching import refusals
from tests.factories import NOON
from tests.incidents.watching.world import (
    MINUTE,
    own_ones,
    statuses,
)


@pytest.fixture
def refused(acme):
    """A refusal of Acme's tool at noon; nothing of it stays in Redis."""
    refusals.note(acme.integration.key, NOON)
    yield acme
    refusals._redis().hdel(refusals.NOTED, acme.integration.key)


def test_a_refusal_opens_one_incident_and_calm_ends_it(refused):
    refusals.sweep(NOON)
    refusals.note(refused.integration.key, NOON + 10 * MINUTE)
    refusals.sweep(NOON + 20 * MINUTE)
    assert statuses(refused) == ["triggered"]
    assert (
        own_ones(refused)[0].title == "Events of Monitoring for Checkout were refused"
    )

    refusals.sweep(NOON + 25 * MINUTE)

    assert statuses(refused) == ["resolved"]


def test_nothing_refused_opens_nothing(acme):
    refusals.sweep(NOON)

    assert own_ones(acme) == []


def test_a_flood_of_refusals_is_written_once_a_minute(refused):
    key = refused.integration.key
    for second in range(59):
        refusals.note(key, NOON + timedelta(seconds=second))
    assert refusals._recall(NOON)[key] == NOON

    refusals.note(key, NOON + MINUTE)
    assert refusals._recall(NOON)[key] == NOON + MINUTE


def test_an_emptied_redis_does_not_end_it_early(refused):
    refusals.sweep(NOON)
    refusals._redis().delete(refusals.NOTED)

    refusals.sweep(NOON + 14 * MINUTE)
    assert statuses(refused) == ["triggered"]
    refusals.sweep(NOON + 15 * MINUTE)
    assert statuses(refused) == ["resolved"]
