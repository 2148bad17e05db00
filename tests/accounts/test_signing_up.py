"""Signing up makes a person and an account, or joins one by invitation."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts import invitations
from accounts.models import Account, Invitation, User
from accounts.permissions import Actor

FORM = {
    "name": "Dana Fox",
    "email": "dana@initech.example",
    "password1": "a horse named Battery",
    "account_name": "Initech",
    "time_zone": "Europe/Berlin",
    "country": "de",
}
SIGN_UP = "/accounts/signup/"


def test_sign_up_makes_the_person_and_the_account(db, client):
    answer = client.post(SIGN_UP, FORM)

    assert (answer.status_code, answer["Location"]) == (302, "/")
    account = Account.objects.get(subdomain="initech")
    member = account.memberships.get()
    assert (account.country, account.time_zone) == ("DE", "Europe/Berlin")
    assert (member.name, member.role) == ("Dana Fox", "owner")
    assert member.time_zone == "Europe/Berlin"
    assert "Initech" in client.get("/").content.decode()


def test_sign_up_in_the_middle_of_something_returns_there(db, client):
    page = client.get(SIGN_UP, {"next": "/connect?vendor=1"}).content.decode()
    answer = client.post(SIGN_UP, FORM | {"next": "/connect?vendor=1"})

    assert 'name="next" value="/connect?vendor=1"' in page
    assert answer["Location"] == "/connect?vendor=1"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"email": "alice@acme.example"}, "already"),
        ({"email": "ALICE@acme.example"}, "already"),
        ({"password1": "123"}, "too short"),
        ({"account_name": ""}, "required"),
        ({"country": "XX"}, "no country"),
        ({"time_zone": "Mars/Olympus"}, "valid choice"),
    ],
)
def test_a_wrong_field_is_explained_and_nothing_is_made(acme, client, change, words):
    answer = client.post(SIGN_UP, FORM | change)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert words in page
    assert "Dana Fox" in page
    assert Account.objects.count() == 1
    assert not User.objects.filter(email=FORM["email"]).exists()


@pytest.fixture
def invited(acme) -> tuple[Invitation, str]:
    return invitations.issue(
        acme.account,
        email="erin@acme.example",
        role="manager",
        name="Erin",
        at=timezone.now(),
        by=acme.alice.membership,
    )


def test_an_invited_person_signs_up_into_the_account(acme, invited, client):
    page = client.get(SIGN_UP, {"invitation": invited[1]}).content.decode()
    form = {"name": "Erin", "password1": FORM["password1"], "time_zone": "UTC"}
    answer = client.post(SIGN_UP, form | {"invitation": invited[1]})

    assert "Join Acme" in page
    assert "erin@acme.example" in page
    assert answer.status_code == 302
    erin = acme.account.memberships.get(user__email="erin@acme.example")
    assert (erin.role, erin.name) == ("manager", "Erin")
    assert erin.contact_methods.get().verified_at is not None
    assert EmailAddress.objects.get(user=erin.user).verified
    assert Account.objects.count() == 1


def test_an_invited_person_cannot_choose_another_address(acme, invited, client):
    client.post(SIGN_UP, FORM | {"invitation": invited[1]})

    assert not User.objects.filter(email=FORM["email"]).exists()
    assert User.objects.filter(email="erin@acme.example").exists()


def test_a_dead_link_does_not_join(acme, invited, client):
    invitation, token = invited
    actor = Actor("web", acme.alice.membership)
    invitations.revoke(invitation, actor=actor, at=timezone.now())

    answer = client.post(SIGN_UP, {"invitation": token, "password1": "x"})

    assert "does not work any more" in answer.content.decode()
    assert acme.account.memberships.count() == 2


def test_somebody_with_a_password_cannot_be_taken_over_by_an_invitation(
    acme, globex, client
):
    _invitation, token = invitations.issue(
        globex.account, email="bob@acme.example", role="admin", at=timezone.now()
    )

    answer = client.post(SIGN_UP, FORM | {"invitation": token})

    assert "already" in answer.content.decode()
    acme.bob.user.refresh_from_db()
    assert acme.bob.user.check_password("correct horse battery")
    assert globex.account.memberships.count() == 1


def test_signing_in_returns_to_the_page_that_asked(acme, client):
    asked = client.get("/people/")
    form = {"login": "alice@acme.example", "password": "correct horse battery"}

    answer = client.post("/accounts/login/", form | {"next": "/people/"})

    assert asked["Location"] == "/accounts/login/?next=/people/"
    assert answer["Location"] == "/people/"


def test_a_wrong_password_is_refused_and_keeps_the_address(acme, client):
    form = {"login": "alice@acme.example", "password": "wrong"}

    page = client.post("/accounts/login/", form).content.decode()

    assert "not correct" in page
    assert "alice@acme.example" in page


def test_an_expired_link_says_so(acme, client):
    _invitation, token = invitations.issue(
        acme.account,
        email="late@acme.example",
        role="responder",
        at=timezone.now() - timedelta(days=8),
    )

    answer = client.get(f"/join/{token}/")

    assert answer.status_code == 410
    assert "has expired" in answer.content.decode()
