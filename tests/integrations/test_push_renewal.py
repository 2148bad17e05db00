"""A browser that has subscribed anew goes on being told."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import PushSubscription
from incidents import delivery
from integrations.push import keys
from tests.fakes.push import Browser, PushService
from tests.integrations.subscribers import methods, signed_in, subscribe

pytestmark = pytest.mark.django_db


class TestRenewing:
    def renew(self, old: dict[str, Any], new: Any):
        body = json.dumps({"old": old, "new": new})
        return Client().post("/push/renew", body, content_type="application/json")

    def test_the_new_subscription_takes_the_old_ones_place(
        self, acme, pushes: PushService, browser
    ):
        subscribe(signed_in(acme.alice), browser)
        fresh = pushes.subscribe(keys.public())
        pushes.unsubscribe(browser)

        answer = self.renew(browser.subscription, fresh.subscription)
        delivery.deliver_due()

        assert answer.status_code == 204
        assert len(fresh.received) == 1
        assert methods(acme.alice)[0].may_be_paged

    def test_one_that_was_switched_off_in_between_is_back(self, acme, pushes, browser):
        subscribe(signed_in(acme.alice), browser)
        pushes.unsubscribe(browser)
        delivery.deliver_due()
        before = methods(acme.alice)[0].may_be_paged

        self.renew(browser.subscription, pushes.subscribe(keys.public()).subscription)

        assert not before
        assert methods(acme.alice)[0].may_be_paged

    def test_who_does_not_know_the_secret_is_refused(self, acme, pushes, browser):
        subscribe(signed_in(acme.alice), browser)
        wrong = Browser(browser.endpoint, keys.public()).subscription

        answer = self.renew(wrong, pushes.subscribe(keys.public()).subscription)

        assert answer.status_code == 404
        held = PushSubscription.across_accounts.get()
        assert held.endpoint == browser.endpoint

    def test_a_renewal_does_not_lead_into_our_network(self, acme, browser):
        subscribe(signed_in(acme.alice), browser)
        inside = browser.subscription | {"endpoint": "https://10.0.0.1/"}

        assert self.renew(browser.subscription, inside).status_code == 400
        assert self.renew(browser.subscription, None).status_code == 400
        long = browser.subscription | {"x": "x" * 9000}
        assert self.renew(browser.subscription, long).status_code == 413

    def test_one_that_is_used_by_somebody_else_now_is_not_given_back(
        self, acme, pushes, browser
    ):
        subscribe(signed_in(acme.alice), browser)
        subscribe(signed_in(acme.bob), browser)
        fresh = pushes.subscribe(keys.public())
        self.renew(browser.subscription, fresh.subscription)

        assert not methods(acme.alice)[0].may_be_paged
        assert methods(acme.bob)[0].may_be_paged
