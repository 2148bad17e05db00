"""Receivers of webhooks on this machine, which the operator lets us call."""

from collections.abc import Iterator

import pytest

from tests.fakes.receiver import Receiver, receiving


@pytest.fixture(autouse=True)
def _may_call_this_machine(settings) -> None:
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def another() -> Iterator[Receiver]:
    with receiving() as made:
        yield made
