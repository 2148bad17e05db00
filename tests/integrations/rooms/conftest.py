"""Chats on this machine, which the operator lets us call."""

from collections.abc import Iterator

import pytest

from tests.fakes import discord as fake_discord
from tests.fakes import mattermost as fake_mattermost
from tests.fakes import teams as fake_teams
from tests.fakes import telegram as fake_telegram
from tests.fakes.discord import Discord
from tests.fakes.mattermost import Server
from tests.fakes.teams import Workflow
from tests.fakes.telegram import Telegram

SITE = "https://oncall.example"


@pytest.fixture(autouse=True)
def _calls_this_machine(settings) -> None:
    """Let us call the doubles, and have an address of our own."""
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]
    settings.SITE_URL = SITE


@pytest.fixture
def workflow() -> Iterator[Workflow]:
    """A workflow of Microsoft Teams."""
    with fake_teams.serving() as workflow:
        yield workflow


@pytest.fixture
def discord() -> Iterator[Discord]:
    """A Discord with one webhook."""
    with fake_discord.serving() as discord:
        yield discord


@pytest.fixture
def mattermost() -> Iterator[Server]:
    """A Mattermost with a bot of ours in one channel."""
    with fake_mattermost.serving() as server:
        yield server


@pytest.fixture
def telegram(settings) -> Iterator[Telegram]:
    """A Telegram with a bot of ours."""
    with fake_telegram.serving() as telegram:
        settings.TELEGRAM_API_BASE = telegram.base
        yield telegram
