"""Telegram shows each incident in a message with buttons, which stays true."""

from datetime import timedelta

import pytest

from integrations.chat import rooms
from tests.fakes.telegram import TOKEN
from tests.integrations.rooms.places import TEST, card, connected

pytestmark = pytest.mark.django_db

GROUP = "-1001234567890"


@pytest.fixture
def room(acme, telegram):
    telegram.add_group(GROUP, "Ops")
    return connected(acme.account, "telegram", token=TOKEN, group=GROUP)


def test_a_message_shows_the_incident_and_leads_to_it(room, telegram):
    rooms.of(room).post(room, card(details="a < b & c"))

    (message,) = telegram.sent(GROUP)
    link = '<a href="https://oncall.example/incidents/1042/">'
    assert message["text"].splitlines()[:4] == [
        "<b>🔴 Triggered</b>",
        f"<b>{link}#1042 Checkout latency</a></b>",
        "",
        "<b>Service:</b> Checkout",
    ]
    assert "a &lt; b &amp; c" in message["text"]
    assert message["link_preview_options"] == {"is_disabled": True}


def test_only_what_makes_sense_can_be_pressed(room, telegram):
    chat = rooms.of(room)
    name = chat.post(room, card())
    assert _buttons(telegram) == ["Acknowledge", "Resolve", "Escalate"]

    shown = card(state="resolved", state_words="Resolved", verbs=("add_note",))
    chat.update(room, name, shown)

    assert _buttons(telegram) == []
    assert "✅ Resolved" in telegram.sent(GROUP)[0]["text"]


def test_a_message_that_shows_it_already_is_no_failure(room, telegram):
    name = rooms.of(room).post(room, card())

    rooms.of(room).update(room, name, card())

    assert len(telegram.said("editMessageText")) == 1


def test_a_message_that_somebody_deleted_is_gone(room, telegram):
    name = rooms.of(room).post(room, card())
    telegram.messages.clear()

    with pytest.raises(rooms.Gone):
        rooms.of(room).update(room, name, card())


def test_the_timeline_is_told_below_it_without_a_sound(room, telegram):
    name = rooms.of(room).post(room, card())

    rooms.of(room).reply(room, name, ["Alice acknowledged", "<b>Bob</b> @all"])

    said = telegram.sent(GROUP)[-1]
    assert said["text"] == "Alice acknowledged\n&lt;b&gt;Bob&lt;/b&gt; @\u200ball"
    assert said["reply_parameters"]["message_id"] == int(name)
    assert said["disable_notification"]


def test_a_group_that_became_larger_is_written_to_where_it_is(room, telegram):
    telegram.move(GROUP, "-1009999")

    rooms.of(room).post(room, TEST)

    assert len(telegram.sent("-1009999")) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.tokens.clear(), "token"),
        (lambda t: t.chats[GROUP].update(is_in=False), "removed from the group"),
        (lambda t: t.chats.clear(), "gone"),
    ],
)
def test_what_somebody_must_mend_is_told_in_words(change, words, room, telegram):
    change(telegram)

    with pytest.raises(rooms.Broken, match=words) as failure:
        rooms.of(room).post(room, TEST)

    assert "s3cret" not in str(failure.value)


def test_a_limit_is_kept(room, telegram):
    said = {"ok": False, "parameters": {"retry_after": 31}, "description": "Too Many"}
    telegram.answers = [(429, said)]

    with pytest.raises(rooms.Limited) as failure:
        rooms.of(room).post(room, TEST)

    assert failure.value.retry_after == timedelta(seconds=31)


def test_an_answer_that_says_nothing_leaves_a_doubt(room, telegram):
    telegram.answers = [(200, {"ok": True, "result": True})]

    with pytest.raises(rooms.Unavailable) as failure:
        rooms.of(room).post(room, TEST)

    assert failure.value.is_uncertain


def _buttons(telegram):
    (message,) = telegram.sent(GROUP)
    rows = message["reply_markup"]["inline_keyboard"]
    return [button["text"] for row in rows for button in row]
