"""The page that says who is on call now."""

import re

from django.urls import reverse

from tests import factories
from tests.oncall.running import override, page, running


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


def test_on_call_now_is_filtered_by_team(bob, acme):
    payments = acme.account.teams.create(name="Payments")
    acme.account.teams.create(name="Idle")
    mine = factories.policy(acme.account, [acme.bob.membership], name="Checkout")
    mine.team = payments
    mine.save()

    def found(team: str) -> str:
        return bob.get(reverse("on_call"), {"team": team}).content.decode()

    assert "Default" not in found(payments.public_id)
    assert "Checkout" in found(payments.public_id)
    assert "Default" in found("")
    assert "Nothing matches" in found("POTHER")


# My shifts


def test_my_shifts_are_those_of_every_schedule(bob, acme):
    weeks = running(acme, acme.bob, name="Primary")
    factories.schedule(acme.account, acme.alice.membership, name="Secondary")
    covered = running(acme, acme.alice, name="Nights")
    override(acme, covered, 24, 30)

    text = bob.get(reverse("my_shifts")).content.decode()

    assert re.findall(r"data-open>([^<]+)<", text) == ["Primary", "Nights"]
    assert page(weeks, "override_create") in text
    assert "Secondary" not in text


def test_my_shifts_are_in_my_time(bob, acme):
    running(acme, acme.bob)
    acme.account.memberships.update(time_zone="Asia/Kolkata")

    assert "Times are in Asia/Kolkata (UTC+05:30)" in (
        bob.get(reverse("my_shifts")).content.decode()
    )


def test_somebody_without_shifts_is_told_so(observer, acme):
    running(acme, acme.bob)

    text = observer.get(reverse("my_shifts")).content.decode()

    assert "No shifts in these days" in text
    assert "Cover this shift" not in text


def test_my_shifts_take_few_queries(bob, acme, django_assert_max_num_queries):
    for number in range(6):
        running(acme, acme.bob, name=f"Schedule {number}")

    with django_assert_max_num_queries(20):
        bob.get(reverse("my_shifts"))
