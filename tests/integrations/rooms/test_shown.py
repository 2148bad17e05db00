"""From the incident to the room and back, through everything that is in between."""

import json
from datetime import timedelta

import pytest

from accounts import tenancy
from incidents import actions
from incidents.models import Incident
from integrations.chat import inbox
from integrations.models import ChatMessage
from tests.factories import NOON
from tests.fakes import mattermost as fake_mattermost
from tests.fakes import telegram as fake_telegram
from tests.integrations.chat.showing import do, listen, open_incident, tell
from tests.integrations.rooms.places import connected, extension

GROUP = "-1001234567890"
LATER = NOON + timedelta(minutes=1)


def join(world, kind, **values):
    """Show the account's incidents in a room."""
    room = connected(world.account, kind, **values)
    made = extension(room)
    listen(world)
    return made


@pytest.fixture
def incidents(acme):
    """Open one, and do something to it, each shown at once."""

    def happen(verb=None, **values):
        if verb is None:
            found = open_incident(acme, "Checkout is down")
            tell()
        else:
            found = do(acme, verb, Incident.across_accounts.get(), LATER, **values)
            tell(LATER)
            # The thread, which a room's pace has come after.
            tell(LATER + timedelta(seconds=5))
        return found

    return happen


def test_teams_has_a_card_for_each_update(acme, workflow, incidents):
    join(acme, "teams", name="Ops", address=workflow.address)

    incidents()
    incidents(actions.acknowledge)
    incidents(actions.resolve)

    heads = [workflow.words(number)[0] for number in range(len(workflow.cards))]
    assert [head.split()[1] for head in heads] == [
        "Triggered",
        "Acknowledged",
        "Resolved",
    ]


def test_discord_has_one_message_that_stays_true(acme, discord, incidents):
    join(acme, "discord", name="ops", address=discord.address)

    incidents()
    incidents(actions.resolve)

    assert len(discord.messages) == 1
    assert discord.last["embeds"][0]["author"]["name"] == "✅ Resolved by Alice"


def test_mattermost_is_answered_from(acme, mattermost, incidents, client):
    token = fake_mattermost.TOKEN
    values = {"address": mattermost.base, "token": token, "channel": "incidents"}
    join(acme, "mattermost", **values)
    user = mattermost.add_user("bob", acme.bob.user.email)
    incidents()
    (post,) = mattermost.shown()

    press = mattermost.press(post["id"], "acknowledge", user)
    client.post("/mattermost/actions", press, "application/json")
    inbox.answer_due()
    tell(LATER)
    tell(LATER + timedelta(seconds=5))

    (post,) = mattermost.shown()
    assert "🟡 Acknowledged by Bob" in post["props"]["attachments"][0]["text"]
    (line,) = mattermost.thread(post["id"])
    assert line.endswith("Bob acknowledged by Mattermost")


def test_telegram_is_answered_from(acme, telegram, incidents, client):
    telegram.add_group(GROUP, "Ops")
    join(acme, "telegram", token=fake_telegram.TOKEN, group=GROUP)
    bob = fake_telegram.somebody(22, "Bob")
    with tenancy.all_accounts():
        acme.account.chat_users.create(
            place=f"telegram {fake_telegram.BOT_ID}",
            user_id="22",
            membership=acme.bob.membership,
            created_at=NOON,
        )
    incidents()
    ((_chat, number),) = telegram.messages

    update = telegram.press(GROUP, number, "resolve", bob)
    client.post(telegram.door, update, "application/json", headers=telegram.head)
    inbox.answer_due()
    tell(LATER)
    tell(LATER + timedelta(seconds=5))

    shown, line = telegram.sent(GROUP)
    assert "✅ Resolved" in shown["text"]
    assert line["text"].endswith("Bob resolved it by Telegram")


def test_a_chat_that_is_away_is_told_the_end_when_it_is_back(acme, discord, incidents):
    join(acme, "discord", name="ops", address=discord.address)
    discord.answers = [(503, {}, {})]
    incidents()
    assert discord.messages == {}

    incidents(actions.resolve)

    assert len(discord.messages) == 1
    assert discord.last["embeds"][0]["author"]["name"] == "✅ Resolved by Alice"


def test_no_secret_is_written_down_where_a_chat_fails(acme, discord, incidents, caplog):
    join(acme, "discord", name="ops", address=discord.address)
    discord.is_there = False

    incidents()

    message = ChatMessage.across_accounts.select_related("room").get()
    written = json.dumps([message.last_error, message.room.last_error])
    assert "deleted" in written
    assert "s3cret" not in written + caplog.text
