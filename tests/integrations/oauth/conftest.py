"""A person who is signed in, and apps that ask them."""

from contextlib import ExitStack

import pytest
import requests
from django.test import Client

from tests.integrations.oauth.flows import Partner, partner


@pytest.fixture
def alice(acme) -> Client:
    """Alice's browser; she owns Acme."""
    return _browser(acme.alice)


@pytest.fixture
def bob(acme) -> Client:
    """Bob's browser; he responds at Acme."""
    return _browser(acme.bob)


@pytest.fixture
def mallory(globex) -> Client:
    """Mallory's browser; she owns Globex and has no part in Acme."""
    return _browser(globex.mallory)


@pytest.fixture
def scoped(db) -> Partner:
    """A public app with scopes and a secret."""
    return partner()


@pytest.fixture
def classic(db) -> Partner:
    """A public app of the old kind."""
    return partner("Buoy", kind="classic")


@pytest.fixture
def native(db) -> Partner:
    """An app on people's own machines, which cannot keep a secret."""
    return partner(
        "Pocket",
        kind="classic",
        client_type="public",
        redirect_uris="http://127.0.0.1/callback https://tool.example/pocket",
    )


@pytest.fixture
def signed_in():
    """Make a browser that speaks real HTTP; ours is asked for the cookie only."""
    with ExitStack() as opened:

        def made(user) -> requests.Session:
            ours = Client()
            ours.force_login(user)
            browser = opened.enter_context(requests.Session())
            browser.cookies.set("sessionid", ours.cookies["sessionid"].value)
            return browser

        yield made


def _browser(person) -> Client:
    client = Client()
    client.force_login(person.user)
    return client
