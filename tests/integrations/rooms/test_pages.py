"""The form of extensions leads to a room of each chat, and says what is missing."""

from typing import Any

import pytest
from django.test import Client

from integrations.models import Extension
from tests.fakes import mattermost as fake_mattermost
from tests.fakes import telegram as fake_telegram

pytestmark = pytest.mark.django_db

GROUP = "-1001234567890"


@pytest.fixture
def alice(acme) -> Client:
    client = Client()
    client.force_login(acme.alice.user)
    return client


def send(client: Client, world, kind: str, **answers: str):
    given: dict[str, Any] = {
        "once": "P0123456789ABC",
        "name": "Ops room",
        "scope": "services",
        "services": [world.service.public_id],
        "anybody_may_act": "0",
        **{f"at-{name}": text for name, text in answers.items()},
    }
    return client.post(f"/settings/extensions/new/{kind}/", given)


def made() -> Extension:
    return Extension.across_accounts.select_related("room").get()


def test_teams_is_connected(acme, alice, workflow):
    answer = send(alice, acme, "teams", name="Ops", address=workflow.address)

    assert answer.status_code == 302
    assert made().room.name == "Ops"


def test_discord_is_connected(acme, alice, discord):
    answer = send(alice, acme, "discord", name="ops", address=discord.address)

    assert answer.status_code == 302
    assert made().room.kind == "discord"


def test_mattermost_is_connected_after_a_choice(acme, alice, mattermost):
    typed = {"address": mattermost.base, "token": fake_mattermost.TOKEN}

    asked = send(alice, acme, "mattermost", **typed, channel="")
    assert asked.status_code == 422
    assert "ops/incidents" in asked.content.decode()
    assert not Extension.across_accounts.exists()

    answer = send(alice, acme, "mattermost", **typed, channel="ops/incidents")
    assert answer.status_code == 302
    assert made().room.name == "Incidents"


def test_telegram_is_connected_after_the_bot_was_shown_the_group(
    acme, alice, telegram, client
):
    telegram.add_group(GROUP, "Ops & friends")
    typed = {"token": fake_telegram.TOKEN, "group": "Ops & friends"}

    asked = send(alice, acme, "telegram", **typed)
    assert asked.status_code == 422
    assert "/connect" in asked.content.decode()

    user = fake_telegram.somebody(1, "Alice")
    client.post(
        telegram.door,
        telegram.write(GROUP, user, "/connect"),
        "application/json",
        headers=telegram.head,
    )
    answer = send(alice, acme, "telegram", **typed)
    assert answer.status_code == 302
    assert made().room.channel_id == GROUP


@pytest.mark.parametrize("kind", ["teams", "discord", "mattermost", "telegram"])
def test_nothing_typed_is_told_at_the_fields(kind, acme, alice):
    answer = send(alice, acme, kind)

    assert answer.status_code == 422
    assert not Extension.across_accounts.exists()


def test_only_what_a_chat_can_do_is_asked_for(acme, alice):
    def asks(kind: str) -> set[str]:
        page = alice.get(f"/settings/extensions/new/{kind}/").content.decode()
        names = ("anybody_may_act", "has_thread", "takes_notes")
        return {name for name in names if f'name="{name}"' in page}

    assert asks("teams") == asks("discord") == set()
    assert asks("mattermost") == {"anybody_may_act", "has_thread"}
    assert asks("telegram") == {"anybody_may_act", "has_thread", "takes_notes"}


def test_the_page_never_shows_the_secret(acme, alice, discord):
    send(alice, acme, "discord", name="ops", address=discord.address)

    page = alice.get(f"/settings/extensions/{made().public_id}/").content.decode()
    assert "ops" in page
    assert "s3cret" not in page


def test_a_profile_leads_to_the_bot(acme, alice, telegram):
    telegram.add_group(GROUP, "Ops")
    assert "t.me/" not in alice.get("/me/").content.decode()

    send(alice, acme, "telegram", token=fake_telegram.TOKEN, group=GROUP)

    page = alice.get("/me/").content.decode()
    assert "https://t.me/acme_oncall_bot?start=" in page
    assert fake_telegram.TOKEN not in page
