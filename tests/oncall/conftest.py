"""Signed-in browsers."""

import pytest

from tests import factories


@pytest.fixture
def alice(client, acme):
    """The browser of Alice, who owns Acme."""
    client.force_login(acme.alice.user)
    return client


@pytest.fixture
def bob(client, acme):
    """The browser of Bob, who responds."""
    client.force_login(acme.bob.user)
    return client


@pytest.fixture
def observer(client, acme):
    """The browser of Olive, who may only look."""
    client.force_login(factories.person(acme.account, "Olive", "observer").user)
    return client
