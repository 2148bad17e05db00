"""Sessions: where a user is signed in, seen and ended over the API."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.integrations.api.conftest import errors, key


@pytest.fixture
def browser(acme):
    """Bob's, in which he has opened a page."""
    found = Client()
    found.force_login(acme.bob.user)
    # The page of sign-in leaves this row.
    UserSession.objects.create(
        user=acme.bob.user,
        ip="192.0.2.7",
        session_key=found.session.session_key,
        user_agent="Firefox on Linux",
    )
    assert is_signed_in(found)
    return found


@pytest.fixture
def path(acme, browser):
    return f"/users/{acme.bob.membership.public_id}/sessions"


def is_signed_in(browser) -> bool:
    return bool(browser.get(reverse("profile")).status_code == 200)


def test_an_admin_sees_and_ends_a_session(api, path, browser):
    [session] = api.get(path).json()["user_sessions"]

    assert session["type"] == "browser"
    assert session["summary"] == "Firefox on Linux"
    one = f"{path}/browser/{session['id']}"
    assert api.get(one).json()["user_session"] == session
    assert api.delete(one).status_code == 204
    assert not is_signed_in(browser)
    assert api.get(path).json()["user_sessions"] == []
    assert api.delete(one).status_code == 404


def test_everybody_ends_all_of_their_own(acme, path, browser):
    bob = key(acme.account, acme.bob.membership)

    assert bob.delete(path).status_code == 204
    assert not is_signed_in(browser)


def test_others_see_and_end_nothing(acme, path, browser):
    rita = key(acme.account, factories.person(acme.account, "Rita").membership)

    assert rita.get(path).status_code == rita.delete(path).status_code == 403
    assert is_signed_in(browser)


def test_one_who_is_in_other_accounts_too_is_left_alone(api, acme, globex, path):
    globex.account.memberships.create(user=acme.bob.user, role="observer")

    answer = api.get(path)

    assert answer.status_code == 403
    assert "in other accounts too" in errors(answer)[0]
    bob = key(acme.account, acme.bob.membership)
    assert len(bob.get(path).json()["user_sessions"]) == 1


def test_a_session_of_somebody_else_is_not_found(acme, api, path):
    [session] = api.get(path).json()["user_sessions"]
    other = f"/users/{acme.alice.membership.public_id}/sessions/browser"

    assert api.get(f"{other}/{session['id']}").status_code == 404
    assert api.get(f"{path}/browser/P000000").status_code == 404
