"""The official Python client, of today over TLS and of before it over plain HTTP."""

import sys

import pytest

from tests.clients import old_client, traffic

DRIVER = [sys.executable, "-m", "tests.clients.python_driver"]
ENOUGH = 60


@pytest.fixture
def older() -> dict[str, str]:
    """What makes Python take the older client."""
    try:
        return {"PYTHONPATH": str(old_client.installed())}
    except old_client.Unreachable as reason:
        pytest.skip(f"The older client cannot be installed: {reason}")


def test_todays_client_works_over_tls(secure):
    given = secure.described()

    _works(traffic.drive(DRIVER, given))
    _waits(given, secure)


def test_the_last_client_for_plain_http_works(older, plain):
    given = plain.described()

    _works(traffic.drive(DRIVER, given, older))
    _waits(given, plain, older)


def _waits(given, place, settings=None) -> None:
    """Have it go on by itself when the minute is over."""
    limited = [sys.executable, "-m", "tests.clients.python_driver.limited"]
    statuses = traffic.drive_to_the_limit(limited, given, place.running, settings)
    assert statuses[0] == statuses[-1] == 200
    assert set(statuses[1:-1]) == {429}


def _works(done: traffic.Traffic) -> None:
    assert not done.failures, "\n".join(done.failures.values())
    assert len(done.operations) >= ENOUGH, sorted(done.operations)
    assert {400, 401, 403, 404} <= done.statuses
