"""Browsers of Acme's people."""

import pytest
from django.test import Client

from tests.integrations.extensions.setting_up import connected, signed_in


@pytest.fixture
def alice(acme) -> Client:
    """The browser of Alice, who owns Acme."""
    return signed_in(acme.alice)


@pytest.fixture
def workspace(acme, slack):
    """The fake Slack, connected to Acme."""
    return connected(acme, slack)
