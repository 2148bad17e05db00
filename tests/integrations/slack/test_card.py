"""Incidents in a channel of Slack: posted, changed, answered and found again."""

from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from integrations.chat import rooms
from integrations.chat.cards import Card
from integrations.extensions import schemas
from integrations.slack.api import client
from tests.fakes.slack import Dies, Says
from tests.integrations.slack import connected
from tests.integrations.slack.cards import CARD, RESOLVED


@pytest.fixture
def room(acme: Any, slack: Any) -> Any:
    workspace = connected.workspace(acme.account, slack)
    return connected.room(workspace, slack.channel("incidents"))


@pytest.fixture
def chat(room: Any) -> rooms.Chat:
    return rooms.of(room)


def recent(**given):
    return replace(CARD, opened_at=timezone.now(), **given)


def test_an_incident_is_posted_and_changed_in_place(slack, chat, room):
    message_id = chat.post(room, CARD)
    chat.update(room, message_id, RESOLVED)

    (message,) = slack.channel("incidents").tops
    assert message.ts == message_id
    assert message.text == "#12 Resolved: Disk full (Checkout)"
    assert message.buttons == ["Add note"]
    assert message.metadata == {
        "event_type": "oncall_incident",
        "event_payload": {"key": "1", "incident": "Q0123456789ABC", "number": "12"},
    }


def test_a_test_is_posted_too(slack, chat, room):
    chat.post(room, Card("2", "Acme", "To #incidents"))

    assert "This is a test message" in slack.channel("incidents").tops[0].text


def test_the_timeline_goes_into_the_thread_as_it_is(slack, chat, room):
    message_id = chat.post(room, CARD)

    chat.reply(room, message_id, ["Alice: <!channel> *look*", "Bob acknowledged"])

    (reply,) = slack.channel("incidents").tops[0].replies
    assert reply.text == "Alice: &lt;!channel&gt; *look*\nBob acknowledged"
    words = [each["text"] for each in reply.blocks[0]["elements"][0]["elements"]]
    assert words == ["Alice: <!channel> *look*", "\n", "Bob acknowledged"]


def test_a_message_without_an_answer_is_found_again(slack, chat, room):
    card = recent()
    slack.fails(Dies(), method="chat.postMessage")

    with pytest.raises(rooms.Unavailable) as failure:
        chat.post(room, card)

    assert failure.value.is_uncertain
    assert chat.find(room, card) == slack.channel("incidents").tops[0].ts


def test_another_incidents_message_is_not_taken_for_it(slack, chat, room):
    chat.post(room, recent())

    assert chat.find(room, recent(key="2")) == ""


def test_a_message_of_somebody_else_is_not_taken_for_it(slack, chat, room):
    """Any app of the workspace may write the same mark."""
    channel = slack.channel("incidents")
    slack.posted(
        channel,
        "Mine",
        slack.person("mallory").id,
        metadata={"event_type": "oncall_incident", "event_payload": {"key": "1"}},
    )

    assert chat.find(room, recent()) == ""


def test_a_message_with_odd_metadata_is_passed_over(slack, chat, room):
    channel = slack.channel("incidents")
    for metadata in (
        {"event_type": "oncall_incident"},
        {"event_type": "oncall_incident", "event_payload": []},
        {"event_type": "other", "event_payload": {"key": "1"}},
    ):
        slack.posted(channel, "Odd", room.workspace.bot_user_id, metadata=metadata)

    assert chat.find(room, recent()) == ""


def test_an_image_that_slack_cannot_fetch_loses_no_message(slack, chat, room):
    slack.fails(Says("invalid_blocks"), method="chat.postMessage")

    chat.post(room, CARD)

    (message,) = slack.channel("incidents").tops
    assert "graphs.test" not in message.words
    assert "they are in OnCall" in message.words
    assert len(message.buttons) == 6


def test_an_image_that_is_gone_later_loses_no_change(slack, chat, room):
    message_id = chat.post(room, CARD)
    slack.fails(Says("invalid_blocks"), method="chat.update")

    chat.update(room, message_id, replace(CARD, state_words="Triggered again"))

    assert "Triggered again" in slack.channel("incidents").tops[0].words


def test_a_message_that_slack_will_never_take_is_refused_once(slack, chat, room):
    slack.fails(Says("invalid_blocks"), method="chat.postMessage")

    with pytest.raises(rooms.Refused):
        chat.post(room, replace(CARD, images=(), links=()))

    assert len(slack.asked("chat.postMessage")) == 1


def test_a_deleted_message_is_gone(slack, chat, room):
    message_id = chat.post(room, CARD)
    client.of(room.workspace).delete_message(room.channel_id, message_id)

    with pytest.raises(rooms.Gone):
        chat.update(room, message_id, RESOLVED)


def test_a_room_without_its_workspace_is_broken(chat, room):
    room.workspace = None

    with pytest.raises(rooms.Broken, match="not connected"):
        chat.post(room, CARD)
    assert chat.find(room, CARD) == ""


def test_slacks_people_are_those_of_the_workspace(room):
    schema = next(each for each in schemas.every() if each.key == "slack")

    assert schema.place is not None
    assert schema.place(room) == room.workspace.place
