"""Signed-in browsers; one test has one of them."""

import pytest

from tests import factories


@pytest.fixture
def alice(acme, client):
    """The browser of Alice, who owns Acme."""
    client.force_login(acme.alice.user)
    return client


@pytest.fixture
def bob(acme, client):
    """The browser of Bob, a responder, who may act on incidents but not configure."""
    client.force_login(acme.bob.user)
    return client


@pytest.fixture
def olga(acme, client):
    """The browser of Olga, who may only look."""
    client.force_login(factories.person(acme.account, "Olga", "observer").user)
    return client


@pytest.fixture
def mallory(globex, client):
    """The browser of Mallory, who owns another account."""
    client.force_login(globex.mallory.user)
    return client
