"""The settings page about Slack: how workspaces are, and disconnecting one."""

import pytest
from django.urls import reverse

from integrations.models import SlackWorkspace
from tests import chats
from tests.factories import NOON
from tests.fakes.slack import Says, Silent
from tests.integrations.slack import connected


@pytest.fixture
def alice(client, acme):
    client.force_login(acme.alice.user)
    return client


@pytest.fixture
def workspace(acme, slack):
    return connected.workspace(acme.account, slack)


def page(browser):
    return browser.get(reverse("slack_workspaces")).content.decode()


def disconnect(browser, workspace):
    return browser.post(reverse("slack_disconnect", args=[workspace.public_id]))


def test_it_says_what_is_wrong_with_a_workspace(alice, workspace):
    workspace.last_error, workspace.last_error_at = "Slack answered 503.", NOON
    workspace.scopes = "chat:write"
    workspace.save()

    shown = page(alice)

    assert "Needs attention" in shown
    assert "Slack answered 503." in shown
    assert "usergroups:write" in shown


def test_it_says_in_how_many_channels_nothing_arrives(alice, workspace, slack):
    chats.extension(connected.room(workspace, slack.channel("one")))
    chats.extension(connected.room(workspace, slack.channel("two"), broken_at=NOON))

    assert "in 1 of them nothing arrives" in page(alice)


def test_it_says_why_a_workspace_is_gone(alice, workspace):
    workspace.removed_at, workspace.removed_reason = NOON, "It was <b>revoked</b>."
    workspace.save()

    shown = page(alice)

    assert "Not connected" in shown
    assert "It was &lt;b&gt;revoked&lt;/b&gt;." in shown
    assert "Disconnect" not in shown


def test_others_workspaces_are_not_shown(alice, slack, globex):
    theirs = connected.workspace(
        globex.account, slack, slack.workspace("T0GLOBEX1", "Globex")
    )

    assert "Globex" not in page(alice)
    assert disconnect(alice, theirs).status_code == 404


def test_disconnecting_says_first_what_ends(alice, workspace, slack):
    chats.extension(connected.room(workspace, slack.channel("incidents")))
    address = reverse("slack_disconnect", args=[workspace.public_id])

    shown = alice.get(address).content.decode()

    assert "#incidents" in shown
    assert "nobody is paged by message there" in shown
    workspace.refresh_from_db()
    assert workspace.is_connected


def test_disconnecting_ends_it_here_and_there(
    alice, workspace, slack, django_capture_on_commit_callbacks
):
    room = connected.room(workspace, slack.channel("incidents"))
    with django_capture_on_commit_callbacks(execute=True):
        answer = disconnect(alice, workspace)

    assert answer["Location"] == reverse("slack_workspaces")
    fresh = SlackWorkspace.across_accounts.get()
    room.refresh_from_db()
    assert not fresh.is_connected
    assert fresh.sealed_token == ""
    assert fresh.removed_reason == "Alice disconnected the workspace from OnCall."
    assert room.broken_at is not None
    assert all(grant.is_revoked for grant in slack.grants.values())
    assert len(slack.asked("apps.uninstall")) == 1
    # Again, from another tab.
    assert disconnect(alice, workspace).status_code == 404


@pytest.mark.parametrize("fault", [Says("internal_error"), Silent()])
def test_disconnecting_does_not_take_slack_for_it(
    alice, workspace, slack, settings, fault, django_capture_on_commit_callbacks
):
    settings.PROVIDER_TIMEOUT = 0.3
    slack.always[""] = fault
    with django_capture_on_commit_callbacks(execute=True):
        assert disconnect(alice, workspace).status_code == 302

    workspace.refresh_from_db()
    assert not workspace.is_connected


def test_whoever_was_faster_with_the_workspace_keeps_it(
    alice, workspace, slack, globex, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        disconnect(alice, workspace)
        theirs = connected.workspace(globex.account, slack)

    assert slack.asked("apps.uninstall") == []
    assert not slack.grants[theirs.token].is_revoked


def test_only_admins_disconnect(client, workspace, acme):
    client.force_login(acme.bob.user)

    assert disconnect(client, workspace).status_code == 403
    workspace.refresh_from_db()
    assert workspace.is_connected
