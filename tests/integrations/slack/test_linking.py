"""Members link their Slack account by signing in there, or everybody by address."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.permissions import Actor, NotPermitted
from integrations.models import ChatUser
from integrations.slack.answering.inbox import EXPECTED
from integrations.slack.people import linking
from tests import factories
from tests.fakes.slack import HangsUp, Limited, Says
from tests.integrations.slack.acting import place


@pytest.fixture
def ops(slack, acme, client):
    client.force_login(acme.alice.user)
    return place(slack, acme, client)


def sets_out(ops):
    """Press the button; this will return Slack's page."""
    answer = ops.client.post("/slack/link/", {"workspace": ops.workspace.public_id})
    assert answer.status_code == 302
    return answer["Location"]


def comes_back(ops, path):
    """Come back from Slack; this will return the page's words."""
    assert path.startswith("/slack/link/callback?")
    return ops.client.get(path, follow=True).content.decode()


def test_signing_in_links_the_member(ops, acme):
    # With another address than here: it is their signing in that counts.
    there = ops.slack.person("al", "al@private.example")

    page = comes_back(ops, ops.slack.allows(sets_out(ops), there))

    assert "You are linked to" in page
    user = ChatUser.across_accounts.get()
    assert (user.user_id, user.place) == (there.id, ops.workspace.place)
    assert (user.membership, user.linked_by) == (acme.alice.membership, "sign-in")
    assert AuditEntry.across_accounts.filter(action="linked chat user").exists()
    # Nothing of it stays with us.
    (asked,) = ops.slack.asked("auth.revoke")
    assert asked == {}


def test_the_page_changes_nothing_by_being_looked_at(ops):
    page = ops.client.get("/slack/link/").content.decode()

    assert "Sign in to Acme at Slack" in page
    assert "slack_links" not in ops.client.session


def test_without_a_workspace_the_page_says_what_is_missing(ops):
    ops.workspace.removed_at = timezone.now()
    ops.workspace.save()

    assert "No Slack workspace is connected" in (
        ops.client.get("/slack/link/").content.decode()
    )
    answer = ops.client.post("/slack/link/", {"workspace": ops.workspace.public_id})
    assert answer.status_code == 404


def test_cancelling_links_nothing(ops):
    page = comes_back(ops, ops.slack.denies(sets_out(ops)))

    assert "nothing is linked" in page
    assert not ChatUser.across_accounts.exists()


@pytest.mark.parametrize("query", ["", "code=x", "state=made-up&code=x"])
def test_a_way_back_that_began_nowhere_links_nothing(ops, query):
    page = comes_back(ops, f"/slack/link/callback?{query}")

    assert "did not begin in this browser" in page
    assert ops.slack.calls == []


def test_a_way_back_serves_once(ops):
    path = ops.slack.allows(sets_out(ops), ops.slack.person("alice"))
    comes_back(ops, path)

    assert "has been used" in comes_back(ops, path)


def test_a_stolen_code_does_not_fit_another_sign_in(ops):
    """Mallory puts Alice's code onto her own way back: the nonce is another one."""
    code = ops.slack.allows(sets_out(ops), ops.slack.person("bob"))
    own = ops.slack.allows(sets_out(ops), ops.slack.person("alice"))
    stolen = code.split("code=")[1].split("&")[0]
    before = own.split("code=")[1].split("&")[0]

    page = comes_back(ops, own.replace(before, stolen))

    assert "belongs to another sign-in" in page
    assert not ChatUser.across_accounts.exists()


def test_who_began_as_somebody_else_is_refused(ops, acme):
    path = ops.slack.allows(sets_out(ops), ops.slack.person("alice"))
    kept = ops.client.session["slack_links"]
    ops.client.force_login(acme.bob.user)
    session = ops.client.session
    session["slack_links"] = kept
    session.save()

    assert "as somebody else" in comes_back(ops, path)
    assert not ChatUser.across_accounts.exists()


def test_who_is_linked_to_somebody_else_is_refused(ops, acme):
    bob = ops.links(acme.bob)

    page = comes_back(ops, ops.slack.allows(sets_out(ops), bob))

    assert "linked to Bob already" in page
    assert ChatUser.across_accounts.get().membership == acme.bob.membership


def test_another_workspace_is_refused(ops):
    other = ops.slack.workspace("T0OTHER01", "Other")
    eve = ops.slack.person("eve", team=other)

    page = comes_back(ops, ops.slack.allows(sets_out(ops), eve, team=other))

    assert "that is not connected to Acme" in page
    assert not ChatUser.across_accounts.exists()


def test_slack_being_down_is_said(ops):
    path = ops.slack.allows(sets_out(ops), ops.slack.person("alice"))
    ops.slack.fails(HangsUp())

    assert "Slack did not say who you are" in comes_back(ops, path)


def test_a_stranger_signs_in_here_first(ops):
    ops.client.logout()

    for path in ("/slack/link/", "/slack/link/callback?state=x&code=y"):
        assert ops.client.get(path)["Location"].startswith("/accounts/login/")


def test_a_member_ends_their_link_and_nobody_elses(ops, acme):
    ops.links(acme.bob)
    user = ChatUser.across_accounts.get()
    carol = factories.person(acme.account, "Carol").membership
    at = timezone.now()

    with pytest.raises(NotPermitted):
        linking.unlink(user, actor=Actor("web", carol), at=at)
    linking.unlink(user, actor=Actor("web", acme.bob.membership), at=at)

    user.refresh_from_db()
    assert (user.membership, user.linked_by, user.unlinked_at) == (None, "", at)
    assert linking.linked(acme.bob.membership) == []


def test_an_admin_links_others_and_a_responder_does_not(ops, acme):
    ops.links(acme.bob)
    user = ChatUser.across_accounts.get()
    at, alice = timezone.now(), Actor("web", acme.alice.membership)
    linking.unlink(user, actor=alice, at=at)
    given: dict[str, Any] = {"by": ChatUser.Linked.ADMIN, "at": at}

    with pytest.raises(NotPermitted):
        linking.link(
            user,
            acme.alice.membership,
            actor=Actor("web", acme.bob.membership),
            **given,
        )
    linking.link(user, acme.bob.membership, actor=alice, **given)

    assert linking.linked(acme.bob.membership) == [user]


def match_all(ops):
    linking.match_all(ops.workspace, at=timezone.now())
    linking.match_all(ops.workspace, at=timezone.now())
    assert linking.is_matching(ops.workspace)


def test_everybody_is_matched_by_address_in_small_steps(ops, acme):
    people = [factories.person(acme.account, f"P{n}") for n in range(12)]
    for person in people:
        ops.slack.person(person.user.name.lower(), person.user.email)

    match_all(ops)
    ops.works()

    linked = ChatUser.across_accounts.filter(linked_by="email")
    assert {user.membership for user in linked} == {p.membership for p in people}
    assert not linking.is_matching(ops.workspace)
    # Alice and Bob are not there under their addresses.
    assert len(ops.slack.asked("users.lookupByEmail")) == 14


def test_slacks_wait_only_delays_the_matching(ops, acme):
    ops.slack.person("alice", acme.alice.user.email)
    ops.slack.fails(Limited(30), method="users.lookupByEmail")

    match_all(ops)
    ops.works()
    assert linking.is_matching(ops.workspace)

    ops.works(later=timedelta(seconds=31))
    assert ChatUser.across_accounts.get().membership == acme.alice.membership


def test_a_missing_right_at_slack_ends_the_matching_in_words(ops, acme):
    ops.slack.fails(Says("missing_scope"), method="users.lookupByEmail")

    match_all(ops)
    ops.works()

    assert not linking.is_matching(ops.workspace)
    assert "Reconnect" in acme.account.chat_requests.get().error


def test_a_matching_that_waited_long_goes_on(ops, acme):
    ops.slack.person("alice", acme.alice.user.email)

    match_all(ops)
    ops.works(later=2 * EXPECTED)

    assert ChatUser.across_accounts.count() == 1
