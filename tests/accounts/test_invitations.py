"""Inviting people, and what their links do."""

from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from accounts import invitations
from tests.accounts.conftest import letters

ERIN = {"email": "Erin@acme.example", "name": "Erin", "role": "responder", "team": ""}


def link(world) -> str:
    """Follow the newest invitation to its address."""
    return str(urlsplit(letters(world.account, "notice")[0].content["link"]).path)


def test_an_invitation_is_sent_and_listed(acme, sign_in):
    alice = sign_in(acme.alice)

    answer = alice.post("/people/invite/", ERIN, follow=True)

    page = answer.content.decode()
    letter = letters(acme.account, "notice")[0]
    assert "erin@acme.example" in page
    assert (letter.kind, letter.address) == ("email", "erin@acme.example")
    assert letter.content["lines"][0] == "Alice invites you to Acme."
    assert not acme.account.invitations.filter(token_digest__in=link(acme)).exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"email": "bob@acme.example"}, "already a member"),
        ({"email": "nonsense"}, "valid email"),
        ({"role": "emperor"}, "valid choice"),
    ],
)
def test_a_useless_invitation_is_refused(acme, sign_in, change, words):
    answer = sign_in(acme.alice).post("/people/invite/", ERIN | change)

    assert words in answer.content.decode()
    assert letters(acme.account, "notice") == []


def test_the_same_person_is_not_invited_twice(acme, sign_in):
    alice = sign_in(acme.alice)
    alice.post("/people/invite/", ERIN)

    answer = alice.post("/people/invite/", ERIN)

    assert "already invited" in answer.content.decode()
    assert len(letters(acme.account, "notice")) == 1


def test_a_responder_cannot_invite(acme, sign_in):
    bob = sign_in(acme.bob)

    assert bob.get("/people/invite/").status_code == 403
    assert bob.post("/people/invite/", ERIN).status_code == 403
    assert "Invite" not in bob.get("/people/").content.decode()


def test_an_admin_cannot_invite_an_owner(acme, sign_in):
    acme.bob.membership.role = "admin"
    acme.bob.membership.save()

    answer = sign_in(acme.bob).post("/people/invite/", ERIN | {"role": "owner"})

    assert "valid choice" in answer.content.decode()
    assert not acme.account.invitations.exists()


def test_the_link_shows_who_invites_and_changes_nothing(acme, sign_in, client):
    sign_in(acme.alice).post("/people/invite/", ERIN)

    page = client.get(link(acme)).content.decode()

    assert "Alice invites you to Acme" in page
    assert "Choose a password" in page
    assert acme.account.memberships.count() == 2


def test_somebody_of_another_account_joins_with_their_sign_in(acme, globex, sign_in):
    team = acme.account.teams.create(name="Payments")
    form = {"email": "mallory@globex.example", "role": "observer", "team": team.pk}
    sign_in(acme.alice).post("/people/invite/", form)
    mallory = sign_in(globex.mallory)

    shown = mallory.get(link(acme)).content.decode()
    answer = mallory.post(link(acme), follow=True)

    assert "Join Acme" in shown
    assert "Welcome to Acme" in answer.content.decode()
    member = acme.account.memberships.get(user=globex.mallory.user)
    assert member.role == "observer"
    assert list(member.teams.all()) == [team]
    assert answer.wsgi_request.session["account"] == acme.account.pk


def test_a_used_link_does_nothing_more(acme, globex, sign_in):
    form = {"email": "mallory@globex.example", "role": "observer", "team": ""}
    sign_in(acme.alice).post("/people/invite/", form)
    mallory = sign_in(globex.mallory)
    mallory.post(link(acme))

    answer = mallory.post(link(acme))

    assert answer.status_code == 410
    assert "already used" in answer.content.decode()


def test_somebody_else_cannot_use_the_link(acme, globex, sign_in):
    sign_in(acme.alice).post("/people/invite/", ERIN)
    mallory = sign_in(globex.mallory)

    page = mallory.get(link(acme)).content.decode()
    answer = mallory.post(link(acme), follow=True)

    assert "signed in as mallory@globex.example" in page
    assert "is for erin@acme.example" in answer.content.decode()
    assert acme.account.memberships.count() == 2


def test_a_resent_invitation_has_a_new_link(acme, sign_in, client):
    alice = sign_in(acme.alice)
    alice.post("/people/invite/", ERIN)
    first, invitation = link(acme), acme.account.invitations.get()

    alice.post(f"/people/invitations/{invitation.public_id}/resend/")

    assert client.get(first).status_code == 410
    assert client.get(link(acme)).status_code == 200


def test_a_revoked_invitation_says_so(acme, sign_in, client):
    alice = sign_in(acme.alice)
    alice.post("/people/invite/", ERIN)
    invitation = acme.account.invitations.get()

    alice.post(f"/people/invitations/{invitation.public_id}/revoke/")

    answer = client.get(link(acme))
    assert "withdrawn" in answer.content.decode()
    assert invitation not in invitations.pending(acme.account, timezone.now())


def test_a_used_invitation_cannot_be_revoked(acme, globex, sign_in):
    form = {"email": "mallory@globex.example", "role": "observer", "team": ""}
    alice = sign_in(acme.alice)
    alice.post("/people/invite/", form)
    sign_in(globex.mallory).post(link(acme))
    invitation = acme.account.invitations.get()

    answer = alice.post(
        f"/people/invitations/{invitation.public_id}/revoke/", follow=True
    )

    assert "already used" in answer.content.decode()


def test_a_link_that_nobody_sent_explains_itself(db, client):
    answer = client.get("/join/made-up/")

    assert answer.status_code == 410
    assert "not complete" in answer.content.decode()
