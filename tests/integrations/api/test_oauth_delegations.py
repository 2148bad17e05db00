"""OAuth delegations, through the API."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts.permissions import Actor
from integrations.models import App
from integrations.oauth import delegations
from tests.factories import NOON
from tests.integrations.api.conftest import errors, key


@pytest.fixture
def given(acme):
    """Bob lets three apps act for him, the last of which may no more."""
    bob = acme.bob.membership
    actor = Actor("web", bob)
    made = []
    for name in ("First", "Second", "Third"):
        app = App.objects.create(
            name=name,
            kind="scoped",
            scopes="incidents.read",
            client_type="confidential",
        )
        scopes = ["openid", "incidents.read"]
        made.append(delegations.give(app, bob, scopes, actor=actor, at=NOON))
    delegations.revoke(made[-1], actor=actor, at=NOON)
    return made


def path(person, *rest):
    return "/".join(["/users", person.membership.public_id, "oauth_delegations", *rest])


def ids(answer):
    return [one["id"] for one in answer.json()["oauth_delegations"]]


def test_a_persons_delegations_are_listed_newest_first(api, acme, given):
    answer = api.get(path(acme.bob))

    assert ids(answer) == [one.public_id for one in reversed(given)]
    third, second, _first = answer.json()["oauth_delegations"]
    assert (third["status"], second["status"]) == ("revoked", "issued")
    assert second["client_id"] == given[1].app.client_id
    assert second["scope"] == "openid incidents.read"
    assert second["delegation_type"] == "integration"


def test_they_are_chosen_by_status_and_type(api, acme, given):
    live = [given[1].public_id, given[0].public_id]
    assert ids(api.get(path(acme.bob), status="issued")) == live
    assert ids(api.get(path(acme.bob), status="revoked")) == [given[2].public_id]
    assert len(ids(api.get(path(acme.bob), status="issued,revoked"))) == 3
    assert ids(api.get(path(acme.bob), delegation_type="web,mobile")) == []
    assert len(ids(api.get(path(acme.bob), delegation_type="web,integration"))) == 3
    assert api.get(path(acme.bob), status="gone").status_code == 400
    assert api.get(path(acme.bob), delegation_type="tv").status_code == 400


def test_pages_follow_a_cursor(api, acme, given):
    first = api.get(path(acme.bob), limit=2)
    assert first.json()["more"] is True
    second = api.get(path(acme.bob), limit=2, cursor=first.json()["next_cursor"])
    assert ids(first) + ids(second) == [one.public_id for one in reversed(given)]
    assert second.json()["more"] is False
    assert api.get(path(acme.bob), cursor="x").status_code == 400


def test_one_is_shown(api, acme, given):
    answer = api.get(path(acme.bob, given[0].public_id))
    assert answer.json()["oauth_delegation"]["self"].endswith(
        path(acme.bob, given[0].public_id)
    )
    assert api.get(path(acme.alice, given[0].public_id)).status_code == 404


def test_only_oneself_and_admins_see_them(acme, stranger, given):
    bob = key(acme.account, acme.bob.membership)
    assert len(ids(bob.get(path(acme.bob)))) == 3
    assert bob.get(path(acme.alice)).status_code == 403
    assert (
        key(acme.account, acme.alice.membership).get(path(acme.bob)).status_code == 200
    )
    assert stranger.get(path(acme.bob)).status_code == 404
    assert stranger.get(path(acme.bob, given[0].public_id)).status_code == 404


def end(caller, person, types):
    return caller.delete(
        f"/oauth_delegations?user_id={person.membership.public_id}&type={types}"
    )


def test_all_of_a_type_are_ended(api, acme, given):
    assert end(api, acme.bob, "integration").json() == {"status": "ok"}
    assert ids(api.get(path(acme.bob), status="issued")) == []


def test_a_person_is_signed_out_of_browsers(api, acme, given):
    browser, other = Client(), Client()
    for one, person in ((browser, acme.bob), (other, acme.alice)):
        one.post(
            "/accounts/login/",
            {"login": person.user.email, "password": "correct horse battery"},
        )
        assert one.get("/me/").status_code == 200
    assert UserSession.objects.filter(user=acme.bob.user).exists()

    assert end(api, acme.bob, "web,mobile").status_code == 200
    assert browser.get("/me/").status_code == 302
    assert other.get("/me/").status_code == 200
    assert len(ids(api.get(path(acme.bob), status="issued"))) == 2


def test_one_ends_ones_own_and_nobody_elses(acme, stranger, given):
    bob = key(acme.account, acme.bob.membership)
    assert end(bob, acme.alice, "web").status_code == 403
    assert end(stranger, acme.bob, "integration").status_code == 404
    assert len(ids(bob.get(path(acme.bob), status="issued"))) == 2
    assert end(bob, acme.bob, "integration").status_code == 200
    assert ids(bob.get(path(acme.bob), status="issued")) == []


def test_both_parameters_are_needed(api, acme):
    user = acme.bob.membership.public_id
    for query in ("", f"user_id={user}", "type=web", f"user_id={user}&type=tv"):
        answer = api.delete(f"/oauth_delegations?{query}")
        assert answer.status_code == 400
        assert errors(answer)
