"""Adding OnCall to a workspace of Slack, from the settings page and back to it."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from accounts import sealing
from accounts.models import AuditEntry
from integrations.models import SlackWorkspace
from integrations.slack import lifecycle
from integrations.slack.access.scopes import SCOPES
from integrations.slack.answering import inbox
from integrations.slack.people import linking
from tests.factories import NOON
from tests.fakes.slack import SITE
from tests.integrations.slack import connected


@pytest.fixture
def alice(client, acme):
    client.force_login(acme.alice.user)
    return client


def sets_out(browser, **given):
    """Press the button; this will return Slack's address that it leads to."""
    answer = browser.post(reverse("slack_connect"), given)
    assert answer.status_code == 302, answer.content
    return answer["Location"]


def adds(browser, slack, team=None, **given):
    """Press the button, allow it in Slack, and come back."""
    team = team or slack.team
    address = sets_out(browser, **given)
    return browser.get(slack.allows(address, slack.person("boss", team=team)))


def test_a_workspace_is_connected(alice, slack, acme):
    answer = adds(alice, slack)

    assert answer.status_code == 302
    assert answer["Location"] == reverse("slack_workspaces")
    workspace = acme.account.slack_workspaces.get()
    assert (workspace.team_id, workspace.name) == (slack.team.id, "Acme")
    assert workspace.url == "https://acme.slack.com/"
    assert workspace.bot_user_id == slack.team.bot
    assert workspace.installed_by == acme.alice.membership
    assert workspace.token in slack.grants
    assert sealing.unseal(workspace.sealed_token) == workspace.token
    assert set(workspace.scopes.split(",")) == set(SCOPES)
    entry = AuditEntry.across_accounts.get(action="connected Slack workspace")
    assert entry.membership == acme.alice.membership
    assert workspace.token not in str(entry.details)
    page = alice.get(reverse("slack_workspaces")).content.decode()
    assert "Acme is connected." in page
    assert workspace.token not in page


def test_whoever_has_the_same_address_there_is_linked_by_it(alice, slack, acme):
    slack.person("alice", acme.alice.user.email)

    adds(alice, slack)
    inbox.answer_due()

    assert linking.linked(acme.alice.membership)
    assert not linking.is_matching(acme.account.slack_workspaces.get())


def test_slack_is_asked_for_what_we_use_and_nothing_else(alice, slack):
    address = urlsplit(sets_out(alice))
    asked = parse_qs(address.query)

    assert address.path == "/oauth/v2/authorize"
    assert asked["scope"] == [",".join(SCOPES)]
    assert asked["redirect_uri"] == [f"{SITE}/slack/oauth/callback"]
    assert len(asked["state"][0]) >= 32
    assert "user_scope" not in asked


def test_it_leads_back_to_where_it_began(alice, slack):
    answer = adds(alice, slack, next="/settings/extensions/new/slack/")

    assert answer["Location"] == "/settings/extensions/new/slack/"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_it_leads_nowhere_else(alice, slack, elsewhere):
    answer = adds(alice, slack, next=elsewhere)

    assert answer["Location"] == reverse("slack_workspaces")


def test_an_account_may_have_several_workspaces(alice, slack, acme):
    adds(alice, slack)
    adds(alice, slack, slack.workspace("T0OTHER01", "Other"))

    names = acme.account.slack_workspaces.values_list("name", flat=True)
    assert sorted(names) == ["Acme", "Other"]


def test_two_tabs_do_not_disturb_each_other(alice, slack, acme):
    first, second = sets_out(alice), sets_out(alice)
    other = slack.workspace("T0OTHER01", "Other")

    alice.get(slack.allows(second, slack.person("boss", team=other)))
    alice.get(slack.allows(first, slack.person("boss")))

    assert acme.account.slack_workspaces.count() == 2


def test_loading_the_way_back_again_does_nothing_more(alice, slack, acme):
    back = slack.allows(sets_out(alice), slack.person("boss"))
    alice.get(back)

    again = alice.get(back)

    assert again["Location"] == reverse("slack_workspaces")
    assert acme.account.slack_workspaces.count() == 1
    assert len(slack.asked("oauth.v2.access")) == 1


def test_connecting_again_renews_the_token_and_its_rooms_go_on(alice, slack, acme):
    adds(alice, slack)
    workspace = acme.account.slack_workspaces.get()
    room = connected.room(workspace, slack.channel("incidents"))
    slack.revoke()
    lifecycle.lost(workspace, "It was revoked.", at=workspace.installed_at)
    room.refresh_from_db()
    assert room.broken_at is not None

    adds(alice, slack)

    room.refresh_from_db()
    renewed = acme.account.slack_workspaces.get()
    assert renewed.pk == workspace.pk
    assert renewed.is_connected
    assert renewed.removed_reason == ""
    assert not slack.grants[renewed.token].is_revoked
    assert room.broken_at is None


def test_whoever_switched_accounts_meanwhile_connects_the_first(
    alice, slack, acme, globex
):
    address = sets_out(alice)
    globex.account.memberships.create(user=acme.alice.user, role="owner")
    session = alice.session
    session["account"] = globex.account.pk
    session.save()

    alice.get(slack.allows(address, slack.person("boss")))

    assert SlackWorkspace.across_accounts.get().account == acme.account
    assert alice.session["account"] == acme.account.pk


def test_a_workspace_comes_over_once_it_is_free(alice, slack, acme, globex):
    other = connected.workspace(globex.account, slack)
    lifecycle.lost(other, "It was removed.", at=NOON)

    adds(alice, slack)

    assert acme.account.slack_workspaces.get().is_connected
    other.refresh_from_db()
    assert not other.is_connected
