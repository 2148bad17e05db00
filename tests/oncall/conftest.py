"""Signed-in browsers, and profiles: `pytest --hypothesis-profile=thorough`."""

import pytest
from hypothesis import settings

from tests import factories

# Fifty times the default of 100 examples; property tests multiply what is set here.
settings.register_profile("thorough", max_examples=5000, deadline=None)


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
