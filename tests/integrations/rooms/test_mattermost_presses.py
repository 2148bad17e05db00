"""Who presses a button in Mattermost acts as themselves, and hears what came of it."""

import json

import pytest

from accounts.permissions import Actor
from integrations.chat import inbox, linking, rooms
from integrations.models import ChatRequest
from tests.factories import NOON
from tests.fakes.mattermost import TOKEN
from tests.integrations.rooms.places import (
    card,
    connected,
    extension,
    incident,
    shown,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(acme, mattermost):
    values = {"address": mattermost.base, "token": TOKEN, "channel": "incidents"}
    return connected(acme.account, "mattermost", **values)


@pytest.fixture
def opened(acme, room):
    """An incident whose post is in the room."""
    found = incident(acme)
    post = rooms.of(room).post(room, card(public_id=found.public_id))
    shown(room, found, post)
    return found


def post_of(incident):
    return incident.chat_messages.get().message_id


def link(world, room, user, person):
    world.account.chat_users.create(
        place=_place(room),
        user_id=user,
        membership=person.membership,
        created_at=NOON,
    )


def _place(room):
    host = json.loads(room.secret)["address"].removeprefix("http://")
    return f"mattermost {host}"


def send(client, said):
    return client.post("/mattermost/actions", said, content_type="application/json")


def told(answer):
    assert answer.status_code == 200
    return answer.json()["ephemeral_text"]


def test_a_member_acknowledges(client, acme, room, opened, mattermost):
    extension(room)
    user = mattermost.add_user("bob", "someone@elsewhere.example")
    link(acme, room, user, acme.bob)

    words = told(send(client, mattermost.press(post_of(opened), "acknowledge", user)))

    assert words == f"Incident {opened.number} is yours: Checkout is down"
    entry = opened.timeline.get(verb="acknowledge")
    assert (entry.membership, entry.via) == (acme.bob.membership, "mattermost")


def test_the_same_press_is_done_once(client, acme, room, opened, mattermost):
    user = mattermost.add_user("bob", "x@elsewhere.example")
    link(acme, room, user, acme.bob)
    press = mattermost.press(post_of(opened), "escalate", user)
    send(client, press)

    assert told(send(client, press)) == "This was done already."
    assert opened.timeline.filter(verb="escalate").count() == 1


def test_somebody_is_known_by_their_address(client, acme, room, opened, mattermost):
    user = mattermost.add_user("bob", acme.bob.user.email.upper())

    words = told(send(client, mattermost.press(post_of(opened), "resolve", user)))
    assert "we ask who you are" in words
    inbox.answer_due()

    (said,) = mattermost.whispers(user)
    assert f"Incident {opened.number} is resolved" in said
    assert opened.timeline.get(verb="resolve").membership == acme.bob.membership
    assert acme.account.chat_users.get(user_id=user).linked_by == "email"


def test_a_stranger_is_asked_who_they_are_in_private(
    client, acme, room, opened, mattermost
):
    extension(room)
    user = mattermost.add_user("eve", "eve@elsewhere.example")

    send(client, mattermost.press(post_of(opened), "resolve", user))
    inbox.answer_due()

    (said,) = mattermost.whispers(user)
    assert "does not know which member of Acme you are" in said
    assert not opened.timeline.filter(verb="resolve").exists()
    assert acme.account.chat_users.get(user_id=user).membership is None


@pytest.mark.parametrize(
    "change", [{"roles": "system_guest"}, {"is_bot": True}, {"delete_at": 1}]
)
def test_guests_are_known_by_nobodys_address(
    change, client, acme, room, opened, mattermost
):
    user = mattermost.add_user("bob", acme.bob.user.email)
    mattermost.users[user] |= change

    send(client, mattermost.press(post_of(opened), "resolve", user))
    inbox.answer_due()

    assert not opened.timeline.filter(verb="resolve").exists()


def test_who_was_unlinked_is_not_linked_again(client, acme, room, opened, mattermost):
    user = mattermost.add_user("bob", acme.bob.user.email)
    link(acme, room, user, acme.bob)
    known = acme.account.chat_users.get()
    linking.unlink(known, actor=Actor("web", acme.bob.membership), at=NOON)

    send(client, mattermost.press(post_of(opened), "resolve", user))
    inbox.answer_due()

    assert not opened.timeline.filter(verb="resolve").exists()


def test_anybody_acts_where_that_is_allowed(client, room, opened, mattermost):
    extension(room, anybody_may_act=True)
    user = mattermost.add_user("eve", "eve@elsewhere.example")

    words = told(send(client, mattermost.press(post_of(opened), "acknowledge", user)))

    assert "is acknowledged" in words
    entry = opened.timeline.get(verb="acknowledge")
    assert (entry.membership, entry.name) == (None, "eve (Ops room)")


def test_who_is_not_in_the_channel_does_nothing(client, acme, room, opened, mattermost):
    user = mattermost.add_user("bob", acme.bob.user.email, joined=False)

    send(client, mattermost.press(post_of(opened), "resolve", user))
    inbox.answer_due()

    assert "not in the channel" in mattermost.whispers(user)[0]
    assert not opened.timeline.filter(verb="resolve").exists()


def test_a_server_that_is_away_is_asked_again(client, acme, room, opened, mattermost):
    user = mattermost.add_user("bob", acme.bob.user.email)
    send(client, mattermost.press(post_of(opened), "resolve", user))
    mattermost.answers = [(503, {}, {})]

    inbox.answer_due()
    waiting = ChatRequest.across_accounts.get(kind="mattermost")
    assert waiting.processed_at is None
    assert waiting.retry_at is not None
    later = waiting.retry_at
    inbox.answer_due(now=lambda: later)

    assert opened.timeline.filter(verb="resolve").count() == 1


def test_a_refusal_is_told_in_words(client, acme, room, opened, mattermost):
    user = mattermost.add_user("bob", "x@elsewhere.example")
    link(acme, room, user, acme.bob)
    send(client, mattermost.press(post_of(opened), "resolve", user))

    words = told(send(client, mattermost.press(post_of(opened), "acknowledge", user)))

    assert "cannot acknowledge a resolved" in words


@pytest.mark.parametrize(
    "change",
    [
        {"token": "0" * 64},
        {"token": ""},
        {"verb": "resolve"},
        {"incident": "QAAAAAAAAAAAAA"},
        {"room": "PAAAAAAAAAAAAA"},
        {"token": None},
        {"token": ["x"]},
    ],
)
def test_a_forged_press_does_nothing(change, client, acme, room, opened, mattermost):
    user = mattermost.add_user("bob", "x@elsewhere.example")
    link(acme, room, user, acme.bob)
    press = mattermost.press(post_of(opened), "acknowledge", user)

    answer = send(client, press | {"context": press["context"] | change})

    assert answer.status_code == 403
    assert not opened.timeline.filter(verb="acknowledge").exists()
    assert not ChatRequest.across_accounts.exists()


def test_an_old_press_or_somebody_elses_does_nothing(
    client, acme, room, opened, mattermost
):
    user = mattermost.add_user("bob", "x@elsewhere.example")
    link(acme, room, user, acme.bob)
    eve = mattermost.add_user("eve", "eve@elsewhere.example")
    old = mattermost.press(post_of(opened), "acknowledge", user, ago=1000)
    stolen = mattermost.press(post_of(opened), "acknowledge", eve) | {"user_id": user}

    for press in (old, stolen):
        assert send(client, press).status_code == 403
    assert not opened.timeline.filter(verb="acknowledge").exists()


@pytest.mark.parametrize("body", ["", "[]", "{", "null", '{"context": 1}', "[" * 9999])
def test_what_is_no_press_is_refused(body, client, db):
    assert send(client, body).status_code == 403


def test_looking_at_the_door_shows_nothing(client, db):
    assert client.get("/mattermost/actions").status_code == 405


def test_a_suspended_account_answers_nothing(client, acme, room, opened, mattermost):
    user = mattermost.add_user("bob", "x@elsewhere.example")
    press = mattermost.press(post_of(opened), "acknowledge", user)
    acme.account.suspended_at = NOON
    acme.account.save()

    assert send(client, press).status_code == 403


def test_the_secret_of_a_button_is_not_kept(client, acme, room, opened, mattermost):
    user = mattermost.add_user("eve", "eve@elsewhere.example")
    press = mattermost.press(post_of(opened), "acknowledge", user)
    send(client, press)

    kept = ChatRequest.across_accounts.get()
    assert press["context"]["token"] not in json.dumps(kept.payload)
