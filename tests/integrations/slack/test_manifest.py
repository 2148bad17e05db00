"""The manifest of docs/slack.md says exactly what the code needs."""

import re
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml
from django.urls import resolve, reverse

from integrations.slack import lifecycle
from integrations.slack.access.scopes import EVENTS, SCOPES
from integrations.slack.layout import actions
from integrations.slack.people import signing_in

DOCUMENT = Path(__file__).parents[3] / "docs/slack.md"
SITE = "https://oncall.example"


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    found = re.search(r" *```yaml\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found is not None
    return dict(yaml.safe_load(dedent(found[1])))


def addresses(part: Any) -> list[str]:
    """Every address of ours in the manifest."""
    if isinstance(part, dict):
        return [url for value in part.values() for url in addresses(value)]
    if isinstance(part, list):
        return [url for value in part for url in addresses(value)]
    return [part] if isinstance(part, str) and part.startswith("https:") else []


def test_it_asks_for_the_scopes_that_we_ask_for(manifest):
    scopes = manifest["oauth_config"]["scopes"]

    assert scopes["bot"] == list(SCOPES)
    assert scopes["user"] == signing_in.SCOPES.split()


def test_every_scope_is_explained(manifest):
    table = re.findall(r"^\| `([a-z:.]+)` \|", DOCUMENT.read_text(), re.MULTILINE)

    assert table == list(SCOPES)


def test_it_subscribes_to_the_events_that_we_take(manifest):
    events = manifest["settings"]["event_subscriptions"]["bot_events"]

    assert events == list(EVENTS)
    taken = {event.partition(".")[0] for event in events} - {"message"}
    assert taken == set(lifecycle.EVENTS)


def test_it_names_our_addresses(manifest):
    names = {
        *("slack_commands", "slack_events", "slack_interactivity"),
        *("slack_callback", "slack_link_callback"),
    }

    found = addresses(manifest)

    assert {resolve(url.removeprefix(SITE)).url_name for url in found} == names
    assert manifest["oauth_config"]["redirect_urls"] == [
        SITE + reverse("slack_callback"),
        SITE + reverse("slack_link_callback"),
    ]


def test_it_offers_what_people_do(manifest):
    features = manifest["features"]

    (shortcut,) = features["shortcuts"]
    (command,) = features["slash_commands"]
    assert shortcut["callback_id"] == actions.SHORTCUT_CREATE
    assert command["command"] == "/oncall"
    # Else we could not tell who "@priya" is.
    assert command["should_escape"] is True
    assert manifest["settings"]["interactivity"]["is_enabled"] is True
    assert manifest["settings"]["token_rotation_enabled"] is False


def test_slack_takes_its_lengths(manifest):
    """As the reference of manifests says."""
    display, features = manifest["display_information"], manifest["features"]

    assert len(display["name"]) <= 35
    assert len(display["description"]) <= 140
    assert re.fullmatch(r"#[0-9a-f]{6}", display["background_color"])
    assert len(features["bot_user"]["display_name"]) <= 80
    assert len(features["slash_commands"][0]["description"]) <= 2000
    assert len(features["slash_commands"][0]["usage_hint"]) <= 1000
    assert len(features["shortcuts"][0]["name"]) <= 24
    assert len(features["shortcuts"][0]["description"]) <= 150
