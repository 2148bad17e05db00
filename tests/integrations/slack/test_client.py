"""What we ask of Slack: messages, forms, people, channels and user groups."""

import pytest

from integrations.chat.rooms import Broken
from integrations.slack.api import client, failures
from tests.integrations.slack import connected

BUTTON = {
    "type": "button",
    "action_id": "oncall:acknowledge",
    "text": {"type": "plain_text", "text": "Acknowledge"},
    "value": "Q1",
}
BLOCKS = [{"type": "actions", "elements": [BUTTON]}]
VIEW = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Note"},
    "blocks": [{"type": "divider"}],
}


@pytest.fixture
def workspace(acme, slack):
    return connected.workspace(acme.account, slack)


@pytest.fixture
def asked(workspace):
    return client.of(workspace)


def test_a_message_is_posted_changed_and_answered_in_its_thread(slack, asked):
    room = slack.channel("incidents")
    metadata = {"event_type": "incident", "event_payload": {"id": "Q1"}}

    ts = asked.post_message(room.id, "Down", BLOCKS, metadata=metadata)
    asked.update_message(room.id, ts, "Up again", [])
    asked.post_message(room.id, "Priya looks", [], thread_ts=ts, broadcast=True)

    (message,) = room.tops
    assert message.text == "Up again"
    assert message.blocks == []
    assert [reply.text for reply in message.replies] == ["Priya looks"]
    assert message.replies[0].is_broadcast
    (found,) = asked.history(room.id, ts, ts)
    assert found["metadata"] == metadata
    assert asked.permalink(room.id, ts).startswith("https://acme.slack.com/archives/")


def test_a_channel_is_entered_once_where_that_is_what_is_missing(slack, acme):
    token = slack.install(scopes=["chat:write", "channels:join"])
    room = slack.channel("incidents", has_bot=False)

    workspace = connected.workspace(acme.account, slack, token=token)
    client.of(workspace).post_message(room.id, "Down", [])

    assert [message.text for message in room.tops] == ["Down"]
    assert slack.asked("conversations.join") == [{"channel": room.id}]


def test_only_people_can_let_us_into_a_private_channel(slack, asked):
    room = slack.channel("secret", is_private=True, has_bot=False)

    with pytest.raises(Broken, match="has not been invited"):
        asked.post_message(room.id, "Down", [])


def test_people_are_found_by_id_and_by_address(slack, asked):
    alice = slack.person("alice", "alice@acme.example")

    found = asked.lookup_by_email("ALICE@acme.example")

    assert found == asked.user_info(alice.id)
    assert (found.id, found.email, found.is_bot) == (alice.id, alice.email, False)
    assert asked.lookup_by_email("nobody@acme.example") is None
    with pytest.raises(failures.NotFound):
        asked.user_info("U404")


def test_channels_are_listed_a_page_at_a_time(slack, asked):
    for number in range(501):
        slack.channel(f"room-{number:03}")
    slack.channel("closed").is_archived = True
    slack.channel("secret", is_private=True, has_bot=False)
    invited = slack.channel("invited", is_private=True)

    first = asked.list_channels()
    second = asked.list_channels(first.cursor)

    names = [found.name for found in [*first.found, *second.found]]
    assert len(first.found) == 500
    assert second.cursor == ""
    assert {"#general", "#room-000", "#room-500", "#invited"} <= set(names)
    assert not {"#closed", "#secret"} & set(names)
    assert [f.id for f in second.found if f.is_private] == [invited.id]


def test_an_incident_gets_a_channel_with_people_in_it(slack, asked):
    alice, bob = slack.person("alice"), slack.person("bob")

    made = asked.create_channel("inc-12", private=True)
    asked.invite(made.id, [alice.id])
    asked.invite(made.id, [alice.id])
    asked.invite(made.id, [alice.id, bob.id])
    asked.set_topic(made.id, "Checkout is down")

    room = slack.channel("inc-12")
    assert {alice.id, bob.id} <= room.members
    assert asked.channel_info(made.id).topic == "Checkout is down"
    asked.archive(made.id)
    asked.archive(made.id)
    assert room.is_archived
    with pytest.raises(failures.NameTaken):
        asked.create_channel("inc-12")


def test_a_user_group_holds_whom_we_say(slack, asked):
    alice = slack.person("alice")
    group = slack.usergroup("on-call", slack.person("bob"))

    asked.set_usergroup_members(group, [alice.id])

    assert asked.usergroup_members(group) == [alice.id]
    assert [each.handle for each in asked.list_usergroups()] == ["on-call"]
    with pytest.raises(failures.NotFound):
        asked.usergroup_members("S404")


def test_somebody_is_written_to_in_private(slack, asked):
    alice = slack.person("alice")

    asked.post_message(asked.open_dm(alice.id), "Checkout is down", [])
    asked.post_ephemeral(slack.channel("incidents").id, alice.id, "Who are you?")

    assert [message.text for message in slack.direct(alice).tops] == [
        "Checkout is down"
    ]
    (whisper,) = slack.channel("incidents").whispers(alice)
    assert whisper.text == "Who are you?"


def test_a_form_opens_only_at_once_and_once(slack, asked):
    alice = slack.person("alice")
    trigger = slack.trigger(alice)

    view_id = asked.open_view(trigger, VIEW)
    asked.update_view(view_id, {**VIEW, "title": {"type": "plain_text", "text": "Two"}})

    assert slack.views[view_id]["title"]["text"] == "Two"
    with pytest.raises(failures.TooLate):
        asked.open_view(trigger, VIEW)
    late = slack.trigger(alice)
    slack.passes(4)
    with pytest.raises(failures.TooLate, match="Press it again"):
        asked.open_view(late, VIEW)
