"""A browser is added on the profile, answers its pushes, and renews itself."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import call_command
from django.test import Client

from accounts.models import ContactMethod, PushSubscription
from accounts.permissions import Actor
from incidents import actions, delivery, engine, responders
from incidents.models import Incident
from integrations.push import browsers, keys, tokens
from tests import factories
from tests.fakes.push import Browser, PushService, decoded

ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Mobile Safari/537.36"
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(pushes) -> Browser:
    return pushes.subscribe(keys.public())


def signed_in(person) -> Client:
    client = Client(headers={"User-Agent": ANDROID})
    client.force_login(person.user)
    return client


def subscribe(client: Client, browser: Browser, **changes: Any):
    given = browser.subscription | changes
    form = {"subscription": json.dumps(given)}
    return client.post("/me/push/", form, follow=True)


def methods(person) -> list[ContactMethod]:
    return list(person.membership.contact_methods.filter(kind="push"))


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


def shown(browser: Browser) -> dict[str, Any]:
    return browser.received[-1].content


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


class TestTheInstalledApp:
    def test_the_manifest_makes_it_installable(self, client):
        answer = client.get("/manifest.webmanifest")
        found = answer.json()

        assert answer["Content-Type"] == "application/manifest+json"
        assert (found["name"], found["display"]) == ("OnCall", "standalone")
        assert found["start_url"].startswith(found["scope"])
        icons = {(icon["sizes"], icon["purpose"]) for icon in found["icons"]}
        assert {("192x192", "any"), ("512x512", "any")} <= icons
        assert ("512x512", "maskable") in icons

    def test_the_worker_serves_every_page_and_is_always_fresh(self, client):
        answer = client.get("/sw.js")

        assert answer["Content-Type"].startswith("text/javascript")
        assert answer["Cache-Control"] == "no-cache"
        assert "showNotification" in answer.content.decode()

    def test_pages_name_the_manifest(self, client):
        page = client.get("/accounts/login/").content.decode()
        assert '<link rel="manifest" href="/manifest.webmanifest">' in page


@pytest.mark.parametrize(
    ("user_agent", "name", "device"),
    [
        (ANDROID, "Chrome on Android", "android"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
            None,
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1"
            " (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
            "ios",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like"
            " Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
            None,
        ),
        ("", "Browser", None),
    ],
)
def test_browsers_have_names_as_people_call_them(user_agent, name, device):
    assert browsers.name(user_agent) == name
    assert browsers.device_type(name) == device


def test_a_key_can_be_made_for_other_installations(settings):
    out = StringIO()
    call_command("create_vapid_key", stdout=out)
    settings.VAPID_PRIVATE_KEY = out.getvalue().strip().splitlines()[-1]

    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(keys.public()))
