"""Browsers of Acme's people."""

import pytest
from django.test import Client

from tests.integrations.extensions.setting_up import signed_in
from tests.integrations.slack import connected


@pytest.fixture
def alice(acme) -> Client:
    """The browser of Alice, who owns Acme."""
    return signed_in(acme.alice)


@pytest.fixture
def workspace(acme, slack):
    """The fake Slack, connected to Acme."""
    return connected.workspace(acme.account, slack, name="Acme HQ")
