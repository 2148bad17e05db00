"""How what goes wrong with Slack is understood, and told to people."""

from datetime import timedelta

import pytest

from integrations.chat.rooms import Broken, Gone, Limited, Refused, Unavailable
from integrations.slack.api import client
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

    with pytest.raises(Unavailable, match="did not answer in time") as failure:
        asked.post_message(slack.channel("incidents").id, "Down", [])

    assert failure.value.is_uncertain


def test_where_nobody_listens_nothing_was_sent(slack, asked, settings):
    settings.SLACK_API_BASE = "http://127.0.0.1:9"

    with pytest.raises(Unavailable) as failure:
        asked.post_message("C1", "Down", [])

    assert not failure.value.is_uncertain
    assert str(failure.value).endswith("it could not be reached.")


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


def test_a_workspace_that_is_not_connected_is_not_asked(slack, workspace, asked):
    workspace.removed_at = workspace.installed_at

    with pytest.raises(Broken, match="Connect it again"):
        asked.auth_test()

    assert slack.calls == []


def test_a_form_is_given_up_before_the_person_has_waited_for_nothing(slack, asked):
    slack.fails(Silent())

    with pytest.raises(Unavailable):
        asked.open_view(slack.trigger(slack.person("alice")), VIEW, seconds=0.3)
