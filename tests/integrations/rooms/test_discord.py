"""Discord shows each incident in a message, which its webhook keeps true."""

from datetime import timedelta

import pytest

from integrations.chat import rooms
from integrations.webhooks.refusals import Refused
from tests.fakes import discord as fake
from tests.integrations.rooms.places import TEST, card, connected

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(acme, discord):
    return connected(acme.account, "discord", name="ops", address=discord.address)


def test_a_message_shows_the_incident_and_leads_to_it(room, discord):
    rooms.of(room).post(room, card())

    embed = discord.last["embeds"][0]
    assert embed["author"]["name"] == "🔴 Triggered"
    assert embed["title"] == "#1042 Checkout latency"
    assert embed["url"] == "https://oncall.example/incidents/1042/"
    assert {"name": "Service", "value": "Checkout", "inline": True} in embed["fields"]
    assert "[Runbook](https://wiki.example/checkout)" in embed["description"]
    assert embed["image"] == {"url": "https://img.example/1.png"}


def test_the_same_message_is_kept_true(room, discord):
    chat = rooms.of(room)
    name = chat.post(room, card())

    chat.update(room, name, card(state="resolved", state_words="Resolved"))

    assert list(discord.messages) == [name]
    assert discord.last["embeds"][0]["author"]["name"] == "✅ Resolved"


def test_a_message_that_somebody_deleted_is_gone(room, discord):
    name = rooms.of(room).post(room, card())
    discord.messages.clear()

    with pytest.raises(rooms.Gone):
        rooms.of(room).update(room, name, card())


def test_a_webhook_that_somebody_deleted_has_to_be_made_anew(room, discord):
    discord.is_there = False

    with pytest.raises(rooms.Broken, match="deleted") as failure:
        rooms.of(room).post(room, card())

    assert "s3cret" not in str(failure.value)


@pytest.mark.parametrize("is_global", [True, False])
def test_a_limit_is_kept_as_exactly_as_it_is_told(is_global, room, discord):
    said = {"message": "limited", "retry_after": 1.25, "global": is_global}
    discord.answers = [(429, said, {"Retry-After": "2"})]

    with pytest.raises(rooms.Limited) as failure:
        rooms.of(room).post(room, card())

    assert failure.value.retry_after == timedelta(seconds=1.25)
    assert failure.value.is_wide == is_global


def test_an_address_that_discord_does_not_take_is_left_out(room, discord, settings):
    discord.is_strict = True

    rooms.of(room).post(room, card(link="http://localhost:8000/incidents/1/"))

    assert "url" not in discord.last["embeds"][0]
    assert "http://localhost:8000" in discord.last["embeds"][0]["description"]


def test_a_thread_is_written_to_if_one_was_named(acme, discord):
    room = connected(
        acme.account, "discord", name="ops", address=discord.address, thread="99"
    )
    name = rooms.of(room).post(room, TEST)
    rooms.of(room).update(room, name, TEST)

    assert room.channel_id == "99"
    assert discord.queries[-2:] == ["wait=true&thread_id=99", "thread_id=99"]


def test_two_webhooks_of_a_channel_are_one_room(acme, discord, room):
    again = connected(acme.account, "discord", name="ops2", address=discord.address)

    assert again.pk == room.pk
    assert room.channel_id == fake.CHANNEL


@pytest.mark.parametrize(
    ("address", "thread", "field"),
    [
        ("https://discord.com.evil.example/api/webhooks/1/a", "", "address"),
        ("https://discord.com/api/webhooks/1/a?wait=1", "", "address"),
        ("https://discord.com/api/webhooks/1", "", "address"),
        ("http://discord.com/api/webhooks/1/a", "", "address"),
        ("https://u:p@discord.com/api/webhooks/1/../../a", "", "address"),
        ("", "", "address"),
        ("https://discord.com/api/webhooks/1/a", "1/../x", "thread"),
    ],
)
def test_what_is_no_webhook_is_refused(address, thread, field, acme):
    with pytest.raises(Refused) as refusal:
        connected(acme.account, "discord", name="ops", address=address, thread=thread)

    assert refusal.value.field == field


def test_a_webhook_that_discord_does_not_know_is_refused(acme, discord):
    discord.is_there = False

    with pytest.raises(Refused, match="deleted"):
        connected(acme.account, "discord", name="ops", address=discord.address)
