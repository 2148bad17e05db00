"""The official Python client, of today over TLS and of before it over plain HTTP."""

import sys

import pytest

from tests.clients import old_client, traffic

DRIVER = [sys.executable, "-m", "tests.clients.python_driver"]
ENOUGH = 60


def test_todays_client_works_over_tls(secure):
    _works(traffic.drive(DRIVER, secure.described()))


def test_the_last_client_for_plain_http_works(plain):
    try:
        path = old_client.installed()
    except old_client.Unreachable as reason:
        pytest.skip(f"The older client cannot be installed: {reason}")

    _works(traffic.drive(DRIVER, plain.described(), {"PYTHONPATH": str(path)}))


def _works(done: traffic.Traffic) -> None:
    assert not done.failures, "\n".join(done.failures.values())
    assert len(done.operations) >= ENOUGH, sorted(done.operations)
    assert {400, 401, 403, 404} <= done.statuses
