"""What we ask of Slack, and how each of its refusals is understood."""

from datetime import timedelta

import pytest

from integrations.chat.rooms import Broken, Gone, Limited, Refused, Unavailable
from integrations.slack import client, failures
from tests.fakes.slack import (
    Dies,
    Drips,
    HangsUp,
    Says,
    Silent,
    Status,
)
from tests.fakes.slack import (
    Limited as Wait,
)
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


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("is_archived", Broken, "archived"),
        ("channel_not_found", Broken, "deleted, or it is private"),
        ("token_revoked", Broken, "revoked"),
        ("account_inactive", Broken, "removed from the workspace"),
        ("invalid_auth", Broken, "does not accept our access"),
        ("ekm_access_denied", Broken, "suspended posting"),
        ("restricted_action_read_only_channel", Broken, "settings do not let"),
        ("message_not_found", Gone, "message_not_found"),
        ("msg_too_long", Refused, "msg_too_long"),
        ("invalid_blocks", Refused, "invalid_blocks"),
        ("something_new", Refused, "something_new"),
        ("internal_error", Unavailable, "internal_error"),
        ("fatal_error", Unavailable, "fatal_error"),
        ("ratelimited", Limited, "wait"),
    ],
)
def test_a_refusal_is_told_in_words(slack, asked, code, kind, words):
    slack.fails(Says(code))

    with pytest.raises(kind, match=words):
        asked.post_message(slack.channel("incidents").id, "Down", [])


def test_a_missing_scope_is_named(slack, workspace, asked):
    slack.grants[workspace.token].scopes.discard("usergroups:write")
    group = slack.usergroup("on-call")

    with pytest.raises(Broken, match=r"usergroups:write.*Reconnect"):
        asked.set_usergroup_members(group, [slack.person("alice").id])


def test_slack_is_left_alone_for_as_long_as_it_asks(slack, asked):
    slack.fails(Wait(42))

    with pytest.raises(Limited) as failure:
        asked.post_message(slack.channel("incidents").id, "Down", [])

    assert failure.value.retry_after == timedelta(seconds=42)
    assert failure.value.is_wide
    # Not a single attempt of its own.
    assert len(slack.calls) == 1


@pytest.mark.parametrize("fault", [Status(500), Status(503), HangsUp(), Dies()])
def test_nobody_knows_whether_a_message_is_there_that_had_no_answer(
    slack, asked, fault
):
    slack.fails(fault)
    room = slack.channel("incidents")

    with pytest.raises(Unavailable) as failure:
        asked.post_message(room.id, "Down", [])

    assert failure.value.is_uncertain
    assert len(slack.asked("chat.postMessage")) == 1


def test_an_update_without_an_answer_may_simply_be_sent_again(slack, asked):
    room = slack.channel("incidents")
    ts = asked.post_message(room.id, "Down", [])
    slack.fails(HangsUp())

    with pytest.raises(Unavailable) as failure:
        asked.update_message(room.id, ts, "Up", [])

    assert not failure.value.is_uncertain


@pytest.mark.parametrize("fault", [Silent(), Drips()])
def test_a_slack_that_never_ends_its_answer_is_not_waited_for(
    slack, asked, settings, fault
):
    settings.PROVIDER_TIMEOUT = 0.3
    slack.fails(fault)

    with pytest.raises(Unavailable, match="could not take it now") as failure:
        asked.post_message(slack.channel("incidents").id, "Down", [])

    assert failure.value.is_uncertain


def test_where_nobody_listens_nothing_was_sent(slack, asked, settings):
    settings.SLACK_API_BASE = "http://127.0.0.1:9"

    with pytest.raises(Unavailable) as failure:
        asked.post_message("C1", "Down", [])

    assert not failure.value.is_uncertain
    assert "127.0.0.1" not in str(failure.value)


def test_a_proxy_of_the_machine_sees_nothing(slack, asked, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    assert asked.auth_test()["team_id"] == slack.team.id


def test_no_failure_names_the_token(slack, workspace, asked):
    for fault in (Says("invalid_auth"), Status(500), HangsUp()):
        workspace.removed_at = None
        workspace.token = slack.install()
        slack.fails(fault)
        with pytest.raises((Broken, Unavailable)) as failure:
            asked.auth_test()
        assert workspace.token not in repr(failure.value)
        assert failure.value.__cause__ is None


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


def test_a_press_may_be_answered_five_times(slack, asked):
    room = slack.channel("incidents")
    url = slack._response_url("actions", slack.person("alice"), room, None)

    for _ in range(5):
        client.respond(url, {"text": "Done", "response_type": "ephemeral"})

    with pytest.raises(Gone):
        asked.respond(url, {"text": "Done"})


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/actions/1",
        "https://hooks.slack.com.evil.example/",
        "https://evil.example/hooks.slack.com/",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "https://[",
    ],
)
def test_nothing_is_answered_elsewhere(slack, url):
    with pytest.raises(Refused, match="no address of Slack"):
        client.respond(url, {"text": "Done"})


def test_a_workspace_that_is_not_connected_is_not_asked(slack, workspace, asked):
    workspace.removed_at = workspace.installed_at

    with pytest.raises(Broken, match="Connect it again"):
        asked.auth_test()

    assert slack.calls == []
