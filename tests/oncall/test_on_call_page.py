"""The page that says who is on call now."""

from django.urls import reverse

from tests import factories
from tests.oncall.running import override, page


def test_on_call_now_says_until_when_you_are_on_call(bob, acme):
    schedule = factories.schedule(
        acme.account, acme.alice.membership, acme.bob.membership
    )
    factories.policy(acme.account, [schedule], name="Payments")
    override(acme, schedule, -1, 1)

    text = bob.get(reverse("on_call")).content.decode()

    assert "You are on call for" in text
    assert "Payments" in text


def test_on_call_now_shows_a_gap_with_the_way_to_fill_it(bob, acme):
    schedule = factories.schedule(acme.account, name="Nights")
    factories.policy(acme.account, [schedule], name="Payments")

    text = bob.get(reverse("on_call")).content.decode()

    assert "You are on call" not in text
    assert "Nobody on call" in text
    assert page(schedule, "override_create") in text


def test_on_call_now_shows_an_observer_the_gap_alone(observer, acme):
    schedule = factories.schedule(acme.account, name="Nights")
    factories.policy(acme.account, [schedule], name="Payments")

    text = observer.get(reverse("on_call")).content.decode()

    assert "Nobody on call" in text
    assert page(schedule, "override_create") not in text


def test_on_call_now_is_searched_by_person(bob, acme):
    factories.policy(acme.account, [acme.bob.membership], name="Payments")

    assert "Default" in bob.get(reverse("on_call"), {"q": "alice"}).content.decode()
    found = bob.get(reverse("on_call"), {"q": "bob"}).content.decode()
    assert "Payments" in found
    none = bob.get(reverse("on_call"), {"q": "zoe"}).content.decode()
    assert "Nothing matches" in none


def test_on_call_now_shows_nothing_of_another_account(bob, acme, globex):
    text = bob.get(reverse("on_call")).content.decode()

    assert "Mallory" not in text
    assert globex.policy.public_id not in text
