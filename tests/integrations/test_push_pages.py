"""A browser is added for pushes, kept, tested and taken away."""

import json

import pytest
from django.test import Client

from accounts.models import PushSubscription
from incidents import delivery
from integrations.push import keys
from tests.integrations.subscribers import methods, shown, signed_in, subscribe

pytestmark = pytest.mark.django_db


class TestAddingABrowser:
    def test_it_is_confirmed_by_its_subscription_and_tested_at_once(
        self, acme, browser
    ):
        page = subscribe(signed_in(acme.alice), browser).content.decode()
        delivery.deliver_due()

        (method,) = methods(acme.alice)
        assert method.may_be_paged
        assert method.address.startswith("Chrome on Android ")
        assert f"{method.address} shows pushes now" in page
        assert shown(browser)["title"] == "Test message from OnCall"
        assert browser.endpoint not in page

    def test_adding_it_again_changes_nothing_but_its_keys(self, acme, browser):
        client = signed_in(acme.alice)
        subscribe(client, browser)
        browser.auth = b"k" * 16
        subscribe(client, browser)
        delivery.deliver_due()

        assert len(methods(acme.alice)) == 1
        assert len(browser.received) == 2

    def test_every_browser_is_a_contact_method_of_its_own(self, acme, pushes):
        client = signed_in(acme.alice)
        for _ in range(2):
            subscribe(client, pushes.subscribe(keys.public()))

        first, second = methods(acme.alice)
        assert first.address != second.address

    def test_there_is_a_limit(self, acme, pushes):
        client = signed_in(acme.alice)
        for _ in range(11):
            page = subscribe(client, pushes.subscribe(keys.public())).content.decode()

        assert len(methods(acme.alice)) == 10
        assert "10 browsers are the most" in page

    def test_whoever_used_the_browser_before_is_not_paged_there(self, acme, browser):
        subscribe(signed_in(acme.alice), browser)
        subscribe(signed_in(acme.bob), browser)

        (alices,), (bobs,) = methods(acme.alice), methods(acme.bob)
        assert alices.disabled_reason == "Somebody else uses this browser now."
        assert not alices.may_be_paged
        assert bobs.may_be_paged

    def test_another_account_cannot_switch_a_browser_off_by_its_address(
        self, acme, globex, browser
    ):
        subscribe(signed_in(acme.alice), browser)
        mallory = next(iter(globex.people.values()))
        keys_ = browser.subscription["keys"] | {"auth": "A" * 22}
        subscribe(signed_in(mallory), browser, keys=keys_)

        assert methods(acme.alice)[0].may_be_paged

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"endpoint": "http://push.example/x"}, "must begin with https"),
            ({"endpoint": "https://169.254.169.254/"}, "private networks"),
            ({"endpoint": "https://u:p@push.example/"}, "password"),
            ({"endpoint": "https://push.example/" + "x" * 1000}, "not an address"),
            ({"endpoint": 7}, "not complete"),
            ({"keys": {}}, "not complete"),
            ({"keys": {"p256dh": "AAAA", "auth": "A" * 22}}, "not complete"),
            ({"keys": None}, "not complete"),
        ],
    )
    def test_what_is_no_subscription_is_refused_in_words(
        self, acme, browser, changes, words
    ):
        page = subscribe(signed_in(acme.alice), browser, **changes).content.decode()

        assert words in page
        assert methods(acme.alice) == []

    @pytest.mark.parametrize("sent", ["", "{", "[]", "null", "x" * 5000])
    def test_nonsense_is_refused(self, acme, sent):
        client = signed_in(acme.alice)
        answer = client.post("/me/push/", {"subscription": sent}, follow=True)

        assert answer.status_code == 200
        assert methods(acme.alice) == []

    def test_a_stranger_is_asked_to_sign_in(self, client, browser):
        answer = subscribe(client, browser)

        assert answer.redirect_chain[0][0].startswith("/accounts/login/")
        assert not PushSubscription.across_accounts.exists()

    def test_another_site_cannot_do_it(self, acme, browser):
        client = Client(enforce_csrf_checks=True)
        client.force_login(acme.alice.user)

        answer = client.post(
            "/me/push/", {"subscription": json.dumps(browser.subscription)}
        )
        assert answer.status_code == 403
        assert methods(acme.alice) == []

    def test_without_a_key_the_profile_says_why_it_is_not_offered(self, acme, settings):
        settings.VAPID_PRIVATE_KEY = ""
        page = signed_in(acme.alice).get("/me/").content.decode()

        assert "This installation cannot send pushes" in page
        assert "Use this browser" not in page

    def test_without_a_key_none_can_be_added(self, acme, browser, settings):
        settings.VAPID_PRIVATE_KEY = ""
        page = subscribe(signed_in(acme.alice), browser).content.decode()

        assert "This installation cannot send pushes." in page
        assert methods(acme.alice) == []

    def test_an_address_cannot_be_typed(self, acme):
        page = signed_in(acme.alice).post(
            "/me/contact-methods/", {"kind": "push", "address": "abc", "label": ""}
        )

        assert methods(acme.alice) == []
        assert '<option value="push"' not in page.content.decode()


class TestABrowserThatWasAdded:
    def test_it_is_renamed(self, acme, browser):
        client = signed_in(acme.alice)
        subscribe(client, browser)
        path = f"/me/contact-methods/{methods(acme.alice)[0].public_id}/rename/"
        client.post(path, {"label": "Work phone"})

        assert methods(acme.alice)[0].label == "Work phone"
        assert "at most 50" in (
            client.post(path, {"label": "x" * 51}, follow=True).content.decode()
        )
        assert methods(acme.alice)[0].label == "Work phone"

    def test_it_is_removed_with_its_subscription(self, acme, browser):
        client = signed_in(acme.alice)
        subscribe(client, browser)
        client.post(f"/me/contact-methods/{methods(acme.alice)[0].public_id}/remove/")

        assert methods(acme.alice) == []
        assert not PushSubscription.across_accounts.exists()

    def test_a_test_is_delivered_once_the_browser_has_shown_it(self, acme, browser):
        alice = signed_in(acme.alice)
        subscribe(alice, browser)
        delivery.deliver_due()
        path = f"/me/contact-methods/{methods(acme.alice)[0].public_id}/test/"
        before = alice.get(path).content.decode()
        Client().post(shown(browser)["received"])
        after = alice.get(path).content.decode()

        assert "Test sent" in before
        assert "Test delivered" in after

    def test_a_preset_uses_it(self, acme, browser):
        client = signed_in(acme.alice)
        subscribe(client, browser)
        client.post("/me/presets/high/push/")

        rules = acme.alice.membership.notification_rules.filter(urgency="high")
        assert [rule.contact_method.kind for rule in rules] == ["push"]
