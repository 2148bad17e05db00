"""Somebody who is known elsewhere is shown by what was told of them here, until they
join by themselves."""

import pytest
from django.urls import reverse

from accounts import enrolment, invitations
from accounts.enrolment import Particulars
from accounts.permissions import Actor
from tests.factories import NOON
from tests.integrations.api.conftest import key

pytestmark = pytest.mark.django_db


@pytest.fixture
def mallory(acme, globex):
    """Globex's owner, whom Acme adds by her address."""
    told = Particulars(name="New colleague", email=globex.mallory.email.address)
    actor = Actor("web", acme.alice.membership)
    return enrolment.enrol(acme.account, told, actor=actor, at=NOON)


def test_adding_somebody_reveals_nothing_of_them(client, acme, globex):
    user = globex.mallory.user
    user.last_login = NOON
    user.save()
    api = key(acme.account, From=acme.alice.email.address)
    sent = {"name": "New colleague", "email": user.email, "type": "user"}

    made = api.post("/users", {"user": sent})

    assert made.status_code == 201
    shown = made.json()["user"]
    assert shown["name"] == shown["summary"] == "New colleague"
    client.force_login(acme.alice.user)
    for address in (reverse("people"), reverse("person", args=[shown["id"]])):
        assert "Mallory" not in client.get(address).text
    assert [each["id"] for each in api.get("/users", query="coll").json()["users"]] == [
        shown["id"]
    ]
    assert api.get("/users", query="mallor", sort_by="name").json()["users"] == [
        api.get(f"/users/{shown['id']}").json()["user"]
    ]


def test_the_name_cannot_be_guessed_by_searching(acme, globex):
    user = globex.mallory.user
    user.name = "Quentin"
    user.save()
    told = Particulars(name="New colleague", email=user.email)
    actor = Actor("web", acme.alice.membership)
    enrolment.enrol(acme.account, told, actor=actor, at=NOON)

    assert key(acme.account).get("/users", query="quen").json()["users"] == []


def test_others_rename_them_here_alone(acme, mallory, globex):
    actor = Actor("web", acme.alice.membership)

    enrolment.change(mallory, Particulars(name="Colleague"), actor=actor, at=NOON)

    mallory.refresh_from_db()
    assert mallory.name == "Colleague"
    globex.mallory.user.refresh_from_db()
    assert globex.mallory.user.name == "Mallory"


def test_their_own_name_is_shown_once_they_join(acme, mallory):
    invitation = invitations.pending(acme.account, NOON).get(email=mallory.email)

    invitations.accept(invitation, mallory.user, at=NOON)

    mallory.refresh_from_db()
    assert mallory.name == "Mallory"


def test_somebody_new_has_the_name_that_was_told(acme):
    told = Particulars(name="Nina", email="nina@acme.example")
    actor = Actor("web", acme.alice.membership)

    nina = enrolment.enrol(acme.account, told, actor=actor, at=NOON)

    assert (nina.name, nina.given_name) == ("Nina", "")
