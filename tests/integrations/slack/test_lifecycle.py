"""A workspace that leaves, comes back, and changes its channels."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from integrations.chat.rooms import Broken
from integrations.slack import lifecycle
from integrations.slack.api import client
from tests.factories import NOON
from tests.fakes.slack import Says
from tests.integrations.slack import connected

LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def workspace(acme, slack):
    return connected.workspace(acme.account, slack)


@pytest.fixture
def room(workspace, slack):
    return connected.room(workspace, slack.channel("incidents"))


def event(kind, **more):
    return {"type": kind, "event_ts": str(LATER.timestamp()), **more}


def happens(workspace, kind, **more):
    lifecycle.happened(workspace, event(kind, **more), LATER)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("app_uninstalled", {}),
        ("tokens_revoked", {"tokens": {"bot": ["U000000001"], "oauth": []}}),
    ],
)
def test_a_workspace_that_removes_us_is_not_written_to(
    slack, workspace, room, kind, more
):
    assert slack.team.bot == "U000000001"

    happens(workspace, kind, **more)

    workspace.refresh_from_db()
    room.refresh_from_db()
    assert workspace.removed_at == LATER
    assert workspace.token == ""
    assert workspace.removed_reason
    assert room.broken_at == LATER
    assert room.last_error == workspace.removed_reason
    entry = AuditEntry.across_accounts.get(action="disconnected Slack workspace")
    assert (entry.via, entry.membership) == ("slack", None)


def test_its_admins_are_told_once(slack, workspace, room, acme):
    connected.room(workspace, slack.channel("another"))

    happens(workspace, "app_uninstalled")
    happens(workspace, "tokens_revoked", tokens={"bot": [slack.team.bot]})

    written = acme.account.notifications.filter(purpose="notice")
    assert [row.contact_method.membership for row in written] == [acme.alice.membership]
    assert "Acme" in written.get().content["subject"]


def test_the_tokens_of_people_are_not_ours(slack, workspace):
    happens(workspace, "tokens_revoked", tokens={"oauth": ["U9"], "bot": []})

    workspace.refresh_from_db()
    assert workspace.is_connected


def test_an_event_that_comes_late_does_not_undo_a_new_installation(slack, workspace):
    old = str((workspace.installed_at - timedelta(seconds=5)).timestamp())

    lifecycle.happened(workspace, {"type": "app_uninstalled", "event_ts": old}, LATER)

    workspace.refresh_from_db()
    assert workspace.is_connected


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive"])
def test_a_token_that_slack_refuses_ends_the_connection(slack, workspace, room, code):
    slack.fails(Says(code))

    with pytest.raises(Broken):
        client.of(workspace).auth_test()

    workspace.refresh_from_db()
    room.refresh_from_db()
    assert not workspace.is_connected
    assert room.broken_at is not None


def test_a_refusal_of_an_old_token_does_not_end_the_new_one(slack, workspace, acme):
    old = acme.account.slack_workspaces.get()
    workspace.token = "xoxb-new"
    workspace.save()

    lifecycle.lost(old, "It was revoked.", at=LATER)

    workspace.refresh_from_db()
    assert workspace.is_connected


def test_a_lack_of_rights_ends_nothing(slack, workspace):
    slack.fails(Says("missing_scope"), Says("is_archived"), Says("internal_error"))
    for _ in range(3):
        with pytest.raises(Exception, match=r"\w"):
            client.of(workspace).auth_test()

    workspace.refresh_from_db()
    assert workspace.is_connected


def test_a_channel_keeps_its_messages_under_another_name(workspace, room):
    happens(
        workspace, "channel_rename", channel={"id": room.channel_id, "name": "outages"}
    )

    room.refresh_from_db()
    assert room.name == "#outages"


@pytest.mark.parametrize(
    ("kind", "words"), [("channel_archive", "archived"), ("group_deleted", "deleted")]
)
def test_a_channel_that_closes_waits_for_somebody(workspace, room, kind, words):
    happens(workspace, kind, channel=room.channel_id)

    room.refresh_from_db()
    assert room.broken_at == LATER
    assert words in room.last_error


def test_a_channel_that_opens_again_goes_on(workspace, room):
    happens(workspace, "channel_archive", channel=room.channel_id)
    happens(workspace, "channel_unarchive", channel=room.channel_id)

    room.refresh_from_db()
    assert room.broken_at is None
    assert room.last_error == ""


@pytest.mark.parametrize(
    ("user", "kind", "is_broken"),
    [("bot", "G", True), ("bot", "C", False), ("U404", "G", False)],
)
def test_only_a_private_channel_is_lost_when_we_are_thrown_out(
    workspace, room, user, kind, is_broken
):
    who = workspace.bot_user_id if user == "bot" else user
    happens(
        workspace,
        "member_left_channel",
        channel=room.channel_id,
        user=who,
        channel_type=kind,
    )

    room.refresh_from_db()
    assert (room.broken_at is not None) == is_broken

    happens(
        workspace,
        "member_joined_channel",
        channel=room.channel_id,
        user=workspace.bot_user_id,
    )
    room.refresh_from_db()
    assert room.broken_at is None


def test_what_concerns_others_changes_nothing(slack, workspace, room, globex):
    other = connected.workspace(globex.account, slack, slack.workspace("T2", "Globex"))
    theirs = connected.room(other, slack.channel("incidents"))

    happens(workspace, "channel_archive", channel=theirs.channel_id)
    happens(workspace, "something_new", channel={"id": 5})
    happens(workspace, "channel_rename", channel="text")
    happens(workspace, "tokens_revoked", tokens="text")

    theirs.refresh_from_db()
    workspace.refresh_from_db()
    assert theirs.broken_at is None
    assert workspace.is_connected
