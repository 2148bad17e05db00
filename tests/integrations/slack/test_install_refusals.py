"""Ways back from Slack on which nothing is connected, and what people read then."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from integrations.models import SlackWorkspace
from tests.fakes.slack import Says, Silent, Status
from tests.integrations.slack import connected
from tests.integrations.slack.test_install import sets_out


@pytest.fixture
def alice(client, acme):
    client.force_login(acme.alice.user)
    return client


@pytest.fixture
def back(alice, slack):
    """Our address that the browser comes back to, once somebody has allowed it."""
    return slack.allows(sets_out(alice), slack.person("boss"))


def is_refused(answer, words):
    text = answer.content.decode()
    return answer.status_code == 403 and words in text


def nothing_is_connected():
    return not SlackWorkspace.across_accounts.exists()


def test_whoever_cancels_changes_nothing(alice, slack):
    answer = alice.get(slack.denies(sets_out(alice)))

    assert is_refused(answer, "Nobody allowed it in Slack")
    assert nothing_is_connected()


def test_a_way_back_that_nobody_set_out_for_is_refused(alice, slack, back):
    forged = back.replace("state=", "state=x")

    assert is_refused(alice.get(forged), "did not begin in this browser")
    assert is_refused(alice.get("/slack/oauth/callback"), "did not begin")
    assert nothing_is_connected()
    assert slack.asked("oauth.v2.access") == []


def test_it_must_be_the_same_browser(slack, back, acme):
    another = Client()
    another.force_login(acme.alice.user)

    assert is_refused(another.get(back), "did not begin in this browser")
    assert nothing_is_connected()


def test_somebody_else_in_the_same_browser_is_refused(alice, back, acme):
    state = alice.session["slack_installs"]
    alice.force_login(acme.bob.user)
    session = alice.session
    session["slack_installs"] = state
    session.save()

    assert is_refused(alice.get(back), "did not begin in this browser")
    assert nothing_is_connected()


def test_whoever_signed_out_signs_in_first(alice, back):
    alice.logout()

    assert is_refused(alice.get(back), "not signed in any more")
    assert nothing_is_connected()


def test_after_ten_minutes_it_begins_again(alice, back, time_machine):
    time_machine.move_to(timezone.now() + timedelta(minutes=11), tick=False)

    assert is_refused(alice.get(back), "more than ten minutes")
    assert nothing_is_connected()


def test_a_failed_way_back_cannot_be_used_again(alice, slack, back):
    slack.fails(Says("internal_error"))

    assert is_refused(alice.get(back), "Slack did not let us in")
    assert is_refused(alice.get(back), "used already")
    assert nothing_is_connected()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Says("invalid_code"), "invalid_code"),
        (Says("bad_client_secret"), "bad_client_secret"),
        (Status(503), "HTTP 503"),
    ],
)
def test_what_slack_says_is_told(alice, slack, back, fault, words):
    slack.fails(fault)

    assert is_refused(alice.get(back), words)
    assert nothing_is_connected()


def test_a_slack_that_is_silent_keeps_nobody_waiting(alice, slack, back, settings):
    settings.PROVIDER_TIMEOUT = 0.3
    slack.fails(Silent())

    assert is_refused(alice.get(back), "could not take it now")
    assert nothing_is_connected()


def test_it_works_without_the_workspaces_own_address(alice, slack, back, acme):
    slack.fails(Status(500), method="auth.test")

    assert alice.get(back).status_code == 302
    assert acme.account.slack_workspaces.get().url == ""


def test_a_workspace_of_another_account_is_refused(alice, slack, back, globex):
    theirs = connected.workspace(globex.account, slack)

    answer = alice.get(back)

    assert is_refused(answer, "connected to another OnCall account")
    assert "Globex" not in answer.content.decode()
    theirs.refresh_from_db()
    assert theirs.is_connected
    # It is the other account's token too.
    assert not slack.grants[theirs.token].is_revoked


def test_a_whole_organisation_is_refused(alice, slack, acme):
    slack.team.enterprise = "E0ACME"

    answer = alice.get(slack.allows(sets_out(alice), slack.person("boss")))

    assert is_refused(answer, "whole organisation")
    assert nothing_is_connected()
    assert all(grant.is_revoked for grant in slack.grants.values())


def test_a_token_that_ends_within_hours_is_refused(alice, slack, back):
    slack.rotates = True

    assert is_refused(alice.get(back), "token rotation switched on")
    assert nothing_is_connected()


def test_whoever_is_no_admin_any_more_connects_nothing(alice, slack, back, acme):
    Membership.across_accounts.filter(pk=acme.alice.membership.pk).update(
        role="manager"
    )

    assert is_refused(alice.get(back), "Your role does not allow this")
    assert nothing_is_connected()
    assert slack.asked("oauth.v2.access") == []


def test_only_admins_may_set_out(client, acme, slack):
    client.force_login(acme.bob.user)

    assert client.post(reverse("slack_connect")).status_code == 403
    assert client.get(reverse("slack_workspaces")).status_code == 403


def test_setting_out_takes_a_press(alice, slack):
    assert alice.get(reverse("slack_connect")).status_code == 405


def test_without_its_keys_nobody_is_sent_to_slack(alice, settings):
    settings.SLACK_CLIENT_ID = settings.SLACK_CLIENT_SECRET = ""

    answer = alice.post(reverse("slack_connect"))

    assert answer["Location"] == reverse("slack_workspaces")
    page = alice.get(reverse("slack_workspaces")).content.decode()
    assert "not set up on this installation" in page
    assert "SLACK_CLIENT_ID" in page


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("invalid_team_for_non_distributed_app", "public distribution"),
        ("invalid_scope", "manifest"),
        ("<script>", "&lt;script&gt;"),
    ],
)
def test_an_error_of_the_way_back_is_told(alice, slack, error, words):
    address = sets_out(alice)
    state = address.rpartition("state=")[2]

    answer = alice.get("/slack/oauth/callback", {"state": state, "error": error})

    assert is_refused(answer, words)
    assert "<script>" not in answer.content.decode()
