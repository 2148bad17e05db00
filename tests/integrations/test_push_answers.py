"""Buttons of a notification answer an incident, once and only by POST."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from accounts.permissions import Actor
from incidents import actions, delivery, engine, responders
from incidents.models import Incident
from integrations.push import tokens
from tests import factories
from tests.integrations.subscribers import methods, shown, signed_in, subscribe

pytestmark = pytest.mark.django_db


def opened(acme) -> Incident:
    return actions.open_incident(
        acme.service,
        actor=Actor("web", acme.bob.membership),
        at=engine.now(),
        title="Checkout is down",
    )


@pytest.fixture
def paged(acme, browser) -> Incident:
    """Alice's browser shows the page of an incident."""
    subscribe(signed_in(acme.alice), browser)
    factories.rule(methods(acme.alice)[0], 0)
    # The test goes first, so that the page is the last to come.
    delivery.deliver_due()
    incident = opened(acme)
    delivery.deliver_due()
    return incident


class TestAnswering:
    def test_acknowledge(self, acme, browser, paged):
        answer = Client().post(shown(browser)["answer"], {"verb": "acknowledge"})

        paged.refresh_from_db()
        assert paged.status == "acknowledged"
        assert answer.json()["title"] == "Done"
        assert "Incident 1 is yours" in answer.json()["body"]
        entry = paged.timeline.filter(verb="acknowledge").get()
        assert (entry.via, entry.membership) == ("push", acme.alice.membership)
        page = paged.notifications.get(purpose="page", kind="push")
        assert page.status == "answered"

    def test_resolve(self, browser, paged):
        Client().post(shown(browser)["answer"], {"verb": "resolve"})

        paged.refresh_from_db()
        assert paged.status == "resolved"

    def test_an_answer_that_comes_too_late_says_so(self, acme, browser, paged):
        actions.resolve(paged, actor=Actor("web", acme.bob.membership), at=engine.now())
        answer = Client().post(shown(browser)["answer"], {"verb": "acknowledge"})

        assert answer.status_code == 409
        assert answer.json()["title"] == "Not done"
        assert "resolved" in answer.json()["body"]

    @pytest.mark.parametrize("verb", ["", "explode", "merge"])
    def test_only_its_buttons_count(self, browser, paged, verb):
        answer = Client().post(shown(browser)["answer"], {"verb": verb})

        paged.refresh_from_db()
        assert answer.status_code == 400
        assert paged.status == "triggered"

    @pytest.mark.parametrize("name", ["answer", "received"])
    @pytest.mark.parametrize("method", ["get", "head", "options", "put", "delete"])
    def test_looking_changes_nothing(self, browser, paged, name, method):
        path = shown(browser)[name]
        answer = getattr(Client(), method)(path)

        paged.refresh_from_db()
        assert answer.status_code == 405
        assert paged.status == "triggered"
        assert paged.notifications.get(kind="push").status == "sent"

    @pytest.mark.parametrize("name", ["answer", "received"])
    def test_a_token_that_is_not_signed_by_us_is_refused(self, browser, paged, name):
        token = paged.notifications.get(kind="push").token
        for forged in (token, f"{token}~1~x", "x" * 500):
            answer = Client().post(f"/push/{forged}/{name}", {"verb": "resolve"})
            assert answer.status_code == 410

        paged.refresh_from_db()
        assert paged.status == "triggered"

    def test_a_token_ends(self, browser, paged):
        later = engine.now() + tokens.LIFETIME + timedelta(minutes=1)
        with time_machine.travel(later):
            answer = Client().post(shown(browser)["answer"], {"verb": "resolve"})

        assert answer.status_code == 410
        assert "too old" in answer.json()["body"]

    @pytest.mark.parametrize(
        ("verb", "state"), [("accept", "joined"), ("decline", "declined")]
    )
    def test_a_request_for_help(self, acme, browser, verb, state):
        incident = opened(acme)
        subscribe(signed_in(acme.bob), browser)
        factories.rule(methods(acme.bob)[0], 0)
        delivery.deliver_due()
        by_alice = Actor("web", acme.alice.membership)
        people = [acme.bob.membership]
        responders.ask(incident, actor=by_alice, at=engine.now(), people=people)
        delivery.deliver_due()
        path = shown(browser)["answer"]

        wrong = Client().post(path, {"verb": "acknowledge"})
        answer = Client().post(path, {"verb": verb})

        assert wrong.status_code == 400
        assert answer.json()["title"] == "Done"
        responder = acme.account.responders.get(membership=acme.bob.membership)
        assert responder.state == state
        incident.refresh_from_db()
        assert incident.status == "triggered"

    def test_a_browser_that_was_removed_cannot_answer(self, acme, browser, paged):
        methods(acme.alice)[0].delete()
        answer = Client().post(shown(browser)["answer"], {"verb": "resolve"})

        paged.refresh_from_db()
        assert answer.json()["title"] != "Done"
        assert paged.status == "triggered"

    def test_what_was_shown_is_on_the_trail(self, browser, paged):
        Client().post(shown(browser)["received"])

        page = paged.notifications.get(kind="push")
        assert page.status == "delivered"
        assert page.delivered_at is not None
