"""A channel of Mattermost is found by what people type, if the bot is in it."""

import pytest

from integrations.mattermost import client
from integrations.models import Room
from integrations.webhooks.refusals import Refused
from tests.fakes.mattermost import TOKEN
from tests.integrations.rooms.places import connected

pytestmark = pytest.mark.django_db


def connect(world, server, channel, before=None, **changes):
    values = {"address": server.base, "token": TOKEN, "channel": channel} | changes
    return connected(world.account, "mattermost", before, **values)


def test_a_channel_is_found_however_it_is_typed(acme, mattermost):
    typed = [
        "ops/incidents",
        "incidents",
        "~incidents",
        "Incidents",
        mattermost.channel,
        f"{mattermost.base}/ops/channels/incidents",
    ]

    found = {connect(acme, mattermost, each).pk for each in typed}

    assert len(found) == 1


def test_who_types_nothing_is_told_what_there_is(acme, mattermost):
    with pytest.raises(Refused, match="ops/incidents") as refusal:
        connect(acme, mattermost, "")

    assert refusal.value.field == "channel"


def test_a_channel_that_nobody_knows_is_refused(acme, mattermost):
    for typed in ("ops/nothing", "nothing", "x" * 26, "../../users/me", "a/b/c/d"):
        with pytest.raises(Refused, match="no such channel"):
            connect(acme, mattermost, typed)


def test_a_channel_without_the_bot_is_refused(acme, mattermost):
    mattermost.add_channel("board", "Board", joined=False)

    with pytest.raises(Refused, match="Add the bot"):
        connect(acme, mattermost, "ops/board")


def test_a_wrong_token_is_refused(acme, mattermost):
    with pytest.raises(Refused) as refusal:
        connect(acme, mattermost, "incidents", token="wrong")

    assert refusal.value.field == "token"
    assert "wrong" not in str(refusal.value)


def test_a_server_that_is_no_mattermost_is_refused(acme, discord):
    with pytest.raises(Refused) as refusal:
        connect(acme, discord, "incidents")

    assert refusal.value.field in ("address", "token")


def test_a_private_server_must_be_allowed_by_the_operator(acme, mattermost, settings):
    settings.ALLOWED_PRIVATE_HOSTS = []

    with pytest.raises(Refused) as refusal:
        connect(acme, mattermost, "incidents")

    assert refusal.value.field == "address"


def test_the_token_stays_where_none_is_typed(acme, mattermost):
    room = connect(acme, mattermost, "incidents")

    again = connect(acme, mattermost, "", room, token="")

    assert again.pk == room.pk


def test_a_new_token_is_the_other_rooms_too(acme, mattermost):
    first = connect(acme, mattermost, "incidents")
    mattermost.add_channel("board", "Board")
    mattermost.tokens = {"newer"}

    connect(acme, mattermost, "ops/board", token="newer")

    found = client.secret_of(Room.across_accounts.get(pk=first.pk))
    assert found.token == "newer"
    assert "newer" not in repr(found)


def test_a_token_is_not_sent_to_another_server(acme, mattermost, discord):
    room = connect(acme, mattermost, "incidents")

    with pytest.raises(Refused, match="other server"):
        connect(acme, discord, "", room, token="")
