"""No incident is too much for a chat, whatever its texts are."""

import json
import re

import pytest
from hypothesis import given

from integrations.extensions import discord, teams
from integrations.mattermost import layout as mattermost
from integrations.models import Room
from integrations.telegram import layout as telegram
from tests.fakes import discord as fake_discord
from tests.fakes import mattermost as fake_mattermost
from tests.fakes import teams as fake_teams
from tests.fakes import telegram as fake_telegram
from tests.integrations.rooms.places import EVIL, TEST, card, cards

ROOM = Room(kind="mattermost", public_id="PABCDEFGHIJKL", channel_id="c" * 26)


@given(cards())
def test_teams_takes_it(shown):
    assert fake_teams.wrong_with(teams.message(shown)) == ""


@given(cards())
def test_discord_takes_it(shown):
    assert fake_discord.wrong_with(discord.message(shown)) == ""


@given(cards())
def test_mattermost_takes_it(shown):
    found = mattermost.post(ROOM, shown)

    (attachment,) = found["props"]["attachments"]
    assert len(attachment["text"]) < fake_mattermost.LONGEST_POST
    assert all(field["value"] for field in attachment["fields"])


@given(cards())
def test_telegram_takes_it(shown):
    assert fake_telegram.wrong_with(telegram.message(shown)) == ""


def test_a_test_is_taken_everywhere():
    assert fake_teams.wrong_with(teams.message(TEST)) == ""
    assert fake_discord.wrong_with(discord.message(TEST)) == ""
    assert fake_telegram.wrong_with(telegram.message(TEST)) == ""
    assert "Ops room" in mattermost.patch(ROOM, TEST)["message"]


def test_what_would_not_be_taken_is_noticed():
    """Else the tests above would pass for whatever is laid out."""
    assert fake_teams.wrong_with({"type": "message"})
    assert fake_discord.wrong_with({"embeds": [{"title": "x" * 257}]})
    assert fake_telegram.wrong_with({"text": "<b>x", "parse_mode": "HTML"})
    assert fake_telegram.wrong_with({"text": "x" * 4097})


@pytest.mark.parametrize("field", ["title", "details", "service", "warning"])
def test_nobody_is_called_by_what_a_tool_wrote(field):
    shown = card(**{field: EVIL})

    assert discord.message(shown)["allowed_mentions"] == {"parse": []}
    for text in (str(mattermost.post(ROOM, shown)), str(telegram.message(shown))):
        assert "@everyone" not in text
        assert "@channel" not in text
    post = mattermost.post(ROOM, shown)
    # It knows no markup.
    del post["props"]["attachments"][0]["fallback"]
    for found in (discord.message(shown), post):
        assert not re.search(r"(?<!\\)\]\(http://e", json.dumps(found))
    assert "<script" not in str(telegram.message(shown))
