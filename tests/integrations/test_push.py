"""Pushes reach a real push service, and what it answers is understood."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts import channels
from accounts.models import ContactMethod, PushSubscription
from accounts.permissions import Actor
from incidents import actions, delivery, engine, notifications
from incidents.models import Incident
from integrations.push import keys, payload, tokens
from integrations.push.subscriptions import Subscription, add
from tests import factories
from tests.factories import NOON
from tests.fakes.push import Browser, PushService
from tests.integrations.messages import PAGE

REQUEST = channels.Request(
    token="0f" * 16,
    account="Acme",
    recipient="Alice",
    number=1042,
    title="Checkout latency",
    service="Checkout",
    requester="Bob",
    message="You know the cache.",
    link="https://oncall.example/r/0gnVuwPOwvEF1IIBVCQxTAIP5ZHWeCNd",
)


def address_of(browser: Browser) -> str:
    return PushSubscription(**fields_of(browser)).destination


def fields_of(browser: Browser) -> dict[str, str]:
    given = browser.subscription
    return {"endpoint": given["endpoint"], **given["keys"]}


def send(browser: Browser, message: channels.Message = PAGE) -> channels.Sent:
    return channels.get("push").send(address_of(browser), message)


def content(message: channels.Message) -> dict:
    return payload.compose(message).content


class TestWhatIsSent:
    def test_only_the_browser_can_read_a_page(self, pushes, browser):
        sent = send(browser)

        (push,) = browser.received
        assert pushes.refusals == []
        assert push.content["title"] == "Checkout: Triggered"
        assert push.content["body"].splitlines()[0] == "#1042 Checkout latency"
        assert push.content["link"] == PAGE.link
        assert sent == channels.Sent(f"{pushes.base}/message/1", "push")

    def test_the_push_service_learns_who_sends_and_how_urgent_it_is(
        self, pushes, browser, settings
    ):
        settings.VAPID_SUBJECT = "mailto:ops@acme.example"
        send(browser)
        send(browser, replace(PAGE, urgency="low"))

        high, low = browser.received
        assert high.claims["sub"] == "mailto:ops@acme.example"
        assert high.claims["aud"] == pushes.base
        assert (high.headers["urgency"], low.headers["urgency"]) == ("high", "normal")
        assert high.headers["ttl"] == "3600"
        assert "session" not in str(high.headers).lower()

    def test_pages_of_an_incident_replace_each_other_and_others_do_not(self, browser):
        for number in (1042, 1042, 1043):
            send(browser, replace(PAGE, number=number))

        tags = [push.content["tag"] for push in browser.received]
        topics = [push.headers["topic"] for push in browser.received]
        assert tags[0] == tags[1] != tags[2]
        assert topics == tags

    def test_the_same_number_of_another_account_is_another_incident(self):
        other = replace(PAGE, account="Globex")
        assert content(PAGE)["tag"] != content(other)["tag"]

    def test_a_page_offers_what_answers_it(self):
        offered = [button["action"] for button in content(PAGE)["buttons"]]
        assert offered == ["acknowledge", "resolve"]

    def test_a_request_for_help_is_accepted_or_declined(self, browser):
        send(browser, REQUEST)

        shown = browser.received[0].content
        assert "Bob asks for your help: #1042 Checkout latency" in shown["body"]
        assert "You know the cache." in shown["body"]
        offered = [button["action"] for button in shown["buttons"]]
        assert offered == ["accept", "decline"]

    def test_a_bundle_names_the_first_and_counts_the_rest(self):
        others = tuple((n, f"Disk {n}") for n in range(1, 6))
        lines = content(replace(PAGE, others=others))["body"].splitlines()

        assert lines[1:4] == ["#1 Disk 1", "#2 Disk 2", "#3 Disk 3"]
        assert lines[4] == "and 2 more"

    @pytest.mark.parametrize("text", ["x" * 2000, "\U0001f525" * 2000, "é\n\0" * 999])
    def test_the_longest_push_is_short_enough(self, pushes, browser, text):
        others = tuple((10**9 + n, text) for n in range(50))
        long = {"title": text, "service": text, "account": text}
        send(browser, replace(PAGE, **long, reason=text, others=others))
        send(browser, replace(REQUEST, **long, requester=text, message=text))

        assert pushes.refusals == []
        assert len(browser.received) == 2

    def test_the_token_of_a_mail_is_not_the_one_that_answers_a_push(self):
        path = content(PAGE)["answer"]
        signed = path.split("/")[2]

        assert tokens.read(signed) == PAGE.token
        assert signed != PAGE.token
        with pytest.raises(tokens.Forged):
            tokens.read(PAGE.token)


class TestWhatIsAnswered:
    @pytest.mark.parametrize("status", [404, 410])
    def test_a_subscription_that_is_over_is_gone(self, pushes, browser, status):
        pushes.errors.append((status, {}))

        with pytest.raises(channels.AddressGone, match="not take pushes any more"):
            send(browser)

    def test_an_unsubscribed_browser_is_gone(self, pushes, browser):
        pushes.unsubscribe(browser)

        with pytest.raises(channels.AddressGone):
            send(browser)

    @pytest.mark.parametrize(
        ("headers", "wait"),
        [
            ({"Retry-After": "90"}, timedelta(seconds=90)),
            ({"Retry-After": "soon"}, None),
            ({"Retry-After": "Thu, 01 Jan 2015 00:00:00 GMT"}, timedelta()),
            ({}, None),
        ],
    )
    def test_too_many_is_for_now_and_says_for_how_long(
        self, pushes, browser, headers, wait
    ):
        pushes.errors.append((429, headers))

        with pytest.raises(channels.TemporaryFailure) as failure:
            send(browser)
        assert failure.value.retry_after == wait
        # The next one goes through.
        assert send(browser).provider == "push"

    @pytest.mark.parametrize("status", [500, 502, 503])
    def test_trouble_over_there_is_for_now(self, pushes, browser, status):
        pushes.errors.append((status, {}))

        with pytest.raises(channels.TemporaryFailure, match=str(status)):
            send(browser)

    @pytest.mark.parametrize("status", [400, 401, 403, 413])
    def test_another_no_is_for_good_but_the_browser_stays(
        self, pushes, browser, status
    ):
        pushes.errors.append((status, {}))

        with pytest.raises(channels.PermanentFailure) as failure:
            send(browser)
        assert not isinstance(failure.value, channels.AddressGone)

    def test_a_redirect_is_not_followed(self, pushes, browser):
        pushes.errors.append((302, {"Location": browser.endpoint}))

        with pytest.raises(channels.PermanentFailure, match="302"):
            send(browser)
        assert browser.received == []

    def test_silence_is_for_now(self, pushes, browser, settings):
        settings.PROVIDER_TIMEOUT = 0.2
        pushes.silent.set()

        with pytest.raises(channels.TemporaryFailure, match="could not be reached"):
            send(browser)

    def test_a_push_service_that_is_not_there_is_for_now(self, pushes):
        nowhere = Browser("http://127.0.0.1:9/push/x", keys.public())

        with pytest.raises(channels.TemporaryFailure):
            send(nowhere)

    def test_a_subscription_of_another_key_is_refused(self, pushes, browser):
        theirs = pushes.subscribe("B" + "A" * 86)

        with pytest.raises(channels.PermanentFailure, match="403"):
            send(theirs)

    def test_our_own_network_is_not_called(self, pushes, browser, settings):
        settings.ALLOWED_PRIVATE_HOSTS = []

        with pytest.raises(channels.PermanentFailure):
            send(browser)
        assert browser.received == []

    def test_without_a_key_it_says_so(self, browser, settings):
        settings.VAPID_PRIVATE_KEY = ""

        with pytest.raises(channels.PermanentFailure, match="no key for pushes"):
            send(browser)

    def test_a_contact_method_without_a_subscription_is_gone(self):
        with pytest.raises(channels.AddressGone):
            channels.get("push").send("Chrome on Linux 3f9a1c", PAGE)


@pytest.mark.django_db
class TestFromTheIncidentOn:
    @pytest.fixture
    def method(self, acme, browser) -> ContactMethod:
        alice = acme.alice.membership
        alice.notification_rules.all().delete()
        method = add(
            alice,
            Subscription(**fields_of(browser)),
            browser="Chrome on Linux",
            actor=Actor("web", alice),
            at=NOON,
        )
        factories.rule(method, 0)
        return method

    def opened(self, acme) -> Incident:
        return actions.open_incident(
            acme.service,
            actor=Actor("web", acme.bob.membership),
            at=engine.now(),
            title="Checkout is down",
        )

    def test_a_page_is_pushed_and_recorded(self, acme, browser, method):
        incident = self.opened(acme)
        delivery.deliver_due()

        page = incident.notifications.get(purpose="page")
        assert browser.received[0].content["body"].startswith("#1 Checkout is down")
        assert (page.status, page.provider) == ("sent", "push")

    def test_a_browser_that_is_gone_is_switched_off_with_the_reason(
        self, acme, pushes, browser, method
    ):
        pushes.unsubscribe(browser)
        incident = self.opened(acme)
        delivery.deliver_due()

        method.refresh_from_db()
        assert method.disabled_at is not None
        assert "does not take pushes any more" in method.disabled_reason
        assert not method.may_be_paged
        assert incident.notifications.get(purpose="page").status == "failed"

    def test_a_throttled_push_waits_as_long_as_it_is_asked_to(
        self, acme, pushes: PushService, browser, method
    ):
        pushes.errors.append((429, {"Retry-After": "100"}))
        incident = self.opened(acme)
        before = engine.now()
        delivery.deliver_due()

        page = incident.notifications.get(purpose="page")
        wait = page.send_at - before
        assert page.status == "planned"
        assert timedelta(seconds=95) < wait < timedelta(seconds=130)
        method.refresh_from_db()
        assert method.may_be_paged

    def test_a_browser_that_has_subscribed_anew_meanwhile_is_not_switched_off(
        self, acme, pushes, browser, method
    ):
        incident = self.opened(acme)
        page = incident.notifications.prefetch_related(
            "contact_method__push_subscriptions"
        ).get(purpose="page")
        method.push_subscriptions.update(endpoint="https://push.example/new")
        notifications.switch_off(page, "gone", at=NOON)

        method.refresh_from_db()
        assert method.disabled_at is None
