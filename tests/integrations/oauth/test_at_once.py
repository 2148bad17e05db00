"""Two requests at the same instant: one of them wins, and theft is found out."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts import tenancy
from tests import factories
from tests.integrations.oauth.flows import call, partner

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def agreed(client):
    """An app and the browser of somebody who agrees to it."""
    with tenancy.all_accounts():
        acme = factories.account("Acme")
        client.force_login(factories.person(acme, "Alice", "owner").user)
        return partner(), client


def both(send):
    """Call twice at once; returns the answers, the better one first."""

    def once(_number):
        try:
            return send()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(once, range(2)))
    return sorted(answers, key=lambda answer: answer.status_code)


def test_a_code_that_is_shown_twice_at_once_is_good_for_nothing(agreed):
    app, browser = agreed
    code = app.code(browser)

    first, second = both(lambda: app.exchanges(code))

    assert (first.status_code, second.status_code) == (200, 400)
    assert call(first.json()["access_token"]).status_code == 401


def test_a_refresh_token_that_is_shown_twice_at_once_ends_the_family(agreed):
    app, browser = agreed
    token = app.tokens(browser)["refresh_token"]

    first, second = both(lambda: app.renews(token))

    assert (first.status_code, second.status_code) == (200, 400)
    assert second.json()["error"] == "invalid_grant"
    assert call(first.json()["access_token"]).status_code == 401


def test_agreeing_twice_at_once_makes_one_delegation(agreed):
    app, browser = agreed
    url = app.link()
    form = {"decision": "allow", "account": "acme"}

    answers = both(lambda: browser.post(url, form))

    assert [answer.status_code for answer in answers] == [302, 302]
    with tenancy.all_accounts():
        # One for Alice, and one for the app itself, as she is an admin.
        assert app.app.delegations.count() == 2
