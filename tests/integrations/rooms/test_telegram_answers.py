"""People press buttons and write to the bot in Telegram, and act as themselves."""

import pytest

from integrations.chat import inbox, rooms
from integrations.models import ChatRequest
from tests.factories import NOON
from tests.fakes.telegram import BOT_ID, TOKEN, somebody
from tests.integrations.rooms.places import (
    card,
    connected,
    extension,
    incident,
    shown,
)

pytestmark = pytest.mark.django_db

GROUP = "-1001234567890"
BOB, EVE = somebody(22, "Bob"), somebody(33, "Eve")


@pytest.fixture
def room(acme, telegram):
    telegram.add_group(GROUP, "Ops")
    return connected(acme.account, "telegram", token=TOKEN, group=GROUP)


@pytest.fixture
def opened(acme, room):
    """An incident whose message is in the group, which Bob is known in."""
    found = incident(acme)
    name = rooms.of(room).post(room, card(public_id=found.public_id))
    shown(room, found, name)
    acme.account.chat_users.create(
        place=f"telegram {BOT_ID}",
        user_id=str(BOB["id"]),
        membership=acme.bob.membership,
        created_at=NOON,
    )
    return found


def message_of(incident):
    return int(incident.chat_messages.get().message_id)


@pytest.fixture
def deliver(client, telegram):
    """Bring us an update as Telegram does, and have it worked on."""

    def send(update, head=None):
        answer = client.post(
            telegram.door,
            update,
            content_type="application/json",
            headers=telegram.head if head is None else head,
        )
        inbox.answer_due()
        return answer.status_code

    return send


def test_a_member_acknowledges(acme, opened, telegram, deliver):
    assert deliver(telegram.press(GROUP, message_of(opened), "acknowledge", BOB)) == 200

    entry = opened.timeline.get(verb="acknowledge")
    assert (entry.membership, entry.via) == (acme.bob.membership, "telegram")
    (said,) = telegram.said("answerCallbackQuery")
    assert said["text"] == f"Incident {opened.number} is yours: Checkout is down"
    assert said["show_alert"] is False


def test_the_same_update_is_done_once(opened, telegram, deliver):
    update = telegram.press(GROUP, message_of(opened), "escalate", BOB)
    deliver(update)
    deliver(update)

    assert opened.timeline.filter(verb="escalate").count() == 1
    assert len(telegram.said("answerCallbackQuery")) == 1


def test_a_stranger_is_told_how_to_link_themselves(
    acme, room, opened, telegram, deliver
):
    extension(room)
    deliver(telegram.press(GROUP, message_of(opened), "resolve", EVE))

    assert not opened.timeline.filter(verb="resolve").exists()
    (said,) = telegram.said("answerCallbackQuery")
    assert said["show_alert"]
    assert "Link yourself on your profile" in said["text"]
    assert acme.account.chat_users.get(user_id="33").name == "Eve"


def test_anybody_acts_where_that_is_allowed(room, opened, telegram, deliver):
    extension(room, anybody_may_act=True)

    deliver(telegram.press(GROUP, message_of(opened), "resolve", EVE))

    entry = opened.timeline.get(verb="resolve")
    assert (entry.membership, entry.name) == (None, "Eve (Ops room)")


def test_a_button_of_before_does_nothing_where_a_room_only_informs(
    room, opened, telegram, deliver
):
    extension(room, has_buttons=False)

    deliver(telegram.press(GROUP, message_of(opened), "resolve", BOB))

    assert not opened.timeline.filter(verb="resolve").exists()
    assert "only informs" in telegram.said("answerCallbackQuery")[0]["text"]


def test_what_the_group_does_not_show_cannot_be_pressed(
    acme, globex, opened, telegram, deliver
):
    hidden = [incident(acme, "Another"), incident(globex, "Theirs")]
    for number, found in enumerate(hidden):
        data = f"resolve:{found.public_id}"
        deliver(telegram.press_of(GROUP, message_of(opened), data, BOB))

        assert not found.timeline.filter(verb="resolve").exists()
        words = telegram.said("answerCallbackQuery")[number]["text"]
        assert "not shown in this room" in words


def test_an_odd_button_does_nothing(opened, telegram, deliver):
    for data in ("", "delete:x", f"add_note:{opened.public_id}", ":::", "resolve"):
        assert deliver(telegram.press_of(GROUP, message_of(opened), data, BOB)) == 200

    assert len(telegram.said("answerCallbackQuery")) == 5
    assert not opened.timeline.filter(via="telegram").exists()


@pytest.mark.parametrize(
    "head",
    [
        {},
        {"X-Telegram-Bot-Api-Secret-Token": ""},
        {"X-Telegram-Bot-Api-Secret-Token": "x" * 64},
    ],
)
def test_a_forged_update_does_nothing(head, opened, telegram, deliver):
    update = telegram.press(GROUP, message_of(opened), "acknowledge", BOB)

    assert deliver(update, head) == 403
    assert not opened.timeline.filter(verb="acknowledge").exists()
    assert not ChatRequest.across_accounts.exists()


def test_another_bots_door_is_not_there(client, opened, telegram):
    made_up = telegram.door.replace(str(BOT_ID), "7012345679")

    for path in (made_up, "/telegram/x", "/telegram/PABCDEFGHIJKL-12345-" + "0" * 32):
        answer = client.post(path, {}, "application/json", headers=telegram.head)
        assert answer.status_code == 404


def test_what_is_written_below_a_message_becomes_a_note_where_wanted(
    acme, room, opened, telegram, deliver
):
    update = telegram.write(GROUP, BOB, "It is the cache", answers=message_of(opened))
    found = extension(room)
    deliver(update)
    assert not opened.timeline.filter(verb="add_note").exists()

    found.takes_notes = True
    found.save()
    deliver(telegram.write(GROUP, BOB, "It is the cache", answers=message_of(opened)))

    note = opened.timeline.get(verb="add_note")
    assert note.details["text"] == "It is the cache"
    assert note.membership == acme.bob.membership


def test_what_people_write_besides_is_not_kept(opened, telegram, deliver):
    for update in (
        telegram.write(GROUP, BOB, "Lunch?"),
        telegram.write(GROUP, BOB, "Yes", answers=999_999),
        {"update_id": 1},
        {"update_id": "x", "message": 1},
        {"update_id": 2, "message": {"chat": 1, "text": "/help"}},
    ):
        assert deliver(update) == 200

    payloads = ChatRequest.across_accounts.values_list("payload", flat=True)
    assert "Lunch" not in str(list(payloads))
    assert "Yes" not in str(list(payloads))


def test_a_group_that_became_larger_is_followed(room, telegram, deliver):
    deliver(telegram.move(GROUP, "-1009999"))

    room.refresh_from_db()
    assert room.channel_id == "-1009999"


def test_a_member_asks_who_is_on_call_and_what_is_theirs(
    acme, opened, telegram, deliver
):
    for text, words in (
        ("/who", "Level 1: Alice"),
        ("/me@acme_oncall_bot", "no open incident"),
        (f"/ack {opened.number}", "Acknowledged"),
        (f"/resolve #{opened.number}", "Resolved"),
        ("/ack 999", "no incident"),
        ("/ack all", "by its number"),
        ("/help@acme_oncall_bot", "/who shows"),
    ):
        deliver(telegram.write(GROUP, BOB, text))
        assert words in telegram.sent(GROUP)[-1]["text"], text


def test_what_is_meant_for_other_bots_is_left_alone(opened, telegram, deliver):
    for text in ("/resolve@other_bot 1", "/help", "/start", "/var/log is full"):
        deliver(telegram.write(GROUP, BOB, text))

    assert len(telegram.sent(GROUP)) == 1
    deliver(telegram.write("private", BOB, "/start"))
    assert "/who shows" in telegram.sent("22")[-1]["text"]


def test_a_stranger_is_answered_nothing_of_the_account(opened, telegram, deliver):
    deliver(telegram.write(GROUP, EVE, "/who"))

    words = telegram.sent(GROUP)[-1]["text"]
    assert "does not know you" in words
    assert "Alice" not in words
