"""Linking who somebody is in Slack with a member, by admins and by themselves."""

import pytest
from django.utils import timezone

from integrations.slack.answering import inbox
from tests import chats
from tests.incidents.pages import says
from tests.integrations.extensions.setting_up import made, page_of, signed_in
from tests.integrations.slack import connected


@pytest.fixture
def extension(acme, workspace, slack):
    return made(acme, room=connected.room(workspace, slack.channel("incidents")))


@pytest.fixture
def ursula(acme, workspace):
    """Somebody who has pressed something, and whom nobody knows."""
    return acme.account.chat_users.create(
        place=workspace.place, user_id="U0URSULA", name="ursula", created_at=NOW
    )


NOW = timezone.now()


def fresh(user):
    return type(user).across_accounts.get(pk=user.pk)


def test_members_are_found_by_their_addresses(acme, alice, slack, extension):
    person = slack.person("alice.in.slack", acme.alice.user.email)
    alice.post(page_of(extension, "people/match/"))
    alice.post(page_of(extension, "people/match/"))
    page = says(alice.get(page_of(extension, "people/")))
    assert "are being looked for" in page
    assert acme.account.chat_requests.count() == 1

    inbox.answer_due()

    user = acme.account.chat_users.get(user_id=person.id)
    assert user.membership == acme.alice.membership
    page = says(alice.get(page_of(extension, "people/")))
    assert "By the same e-mail address" in page
    # Bob is not in Slack by the address that we know.
    missing = page.split('id="missing"')[1].split("</section>")[0]
    assert "Bob" in missing
    assert "Alice" not in missing


def test_somebody_unknown_is_linked_by_hand_and_unlinked(
    acme, alice, extension, ursula
):
    page = says(alice.get(page_of(extension, "people/")))
    assert "Link ursula" in page
    link = {"user": ursula.user_id, "member": acme.bob.membership.public_id}

    alice.post(page_of(extension, "people/link/"), link)

    assert fresh(ursula).membership == acme.bob.membership
    assert fresh(ursula).linked_by == "admin"
    # Who is somebody else already is not taken away from them.
    other = {**link, "member": acme.alice.membership.public_id}
    answer = alice.post(page_of(extension, "people/link/"), other, follow=True)
    assert "linked to Bob already" in says(answer)
    alice.post(page_of(extension, "people/unlink/"), {"user": ursula.user_id})
    assert fresh(ursula).membership is None


@pytest.mark.parametrize(
    "more", [{"user": "U0NOBODY"}, {"user": ""}, {"member": "PNOBODY"}, {"member": ""}]
)
def test_who_is_not_there_is_linked_to_nobody(acme, alice, extension, ursula, more):
    link = {"user": ursula.user_id, "member": acme.bob.membership.public_id, **more}

    answer = alice.post(page_of(extension, "people/link/"), link, follow=True)

    assert answer.status_code == 200
    assert fresh(ursula).membership is None


def test_members_of_others_are_nobody(acme, globex, alice, extension, ursula):
    link = {"user": ursula.user_id, "member": globex.mallory.membership.public_id}

    alice.post(page_of(extension, "people/link/"), link)

    assert fresh(ursula).membership is None


def test_a_manager_sees_who_is_linked_and_links_nobody(acme, extension, ursula):
    acme.account.memberships.filter(user=acme.bob.user).update(role="manager")
    bob = signed_in(acme.bob)

    page = says(bob.get(page_of(extension, "people/")))
    assert "ursula" in page
    assert "Link ursula" not in page
    assert "An admin of the account links people" in page
    link = {"user": ursula.user_id, "member": acme.bob.membership.public_id}
    assert bob.post(page_of(extension, "people/link/"), link).status_code == 403
    assert bob.post(page_of(extension, "people/match/")).status_code == 403
    assert fresh(ursula).membership is None


def test_everybody_unlinks_themselves(acme, extension, ursula):
    ursula.membership, ursula.linked_by = acme.bob.membership, "email"
    ursula.save()
    bob = signed_in(acme.bob)
    page = says(bob.get("/me/"))
    assert "Connected chats" in page
    assert "Slack, Acme HQ" in page
    mine = {"user": ursula.user_id, "place": ursula.place}

    # Not somebody else.
    assert signed_in(acme.alice).post("/me/chats/unlink/", mine).status_code == 404
    bob.post("/me/chats/unlink/", mine)

    assert fresh(ursula).membership is None
    assert fresh(ursula).unlinked_at is not None
    page = says(bob.get("/me/"))
    assert "Link your Slack user" in page


def test_a_profile_says_nothing_of_chats_where_there_are_none(acme, alice):
    assert "Connected chats" not in says(alice.get("/me/"))
    chats.workspace(acme.account)
    assert "Connected chats" in says(alice.get("/me/"))
