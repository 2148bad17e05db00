"""The pages of schedules: what they show, and to whom."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import factories
from tests.oncall.running import page, running, shown

MORNING = datetime(2027, 5, 20, 9, tzinfo=UTC)


def test_the_page_lists_shifts_and_names_the_gaps(bob, acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    schedule.layers.update(ends_at=datetime(2027, 5, 21, 12, tzinfo=UTC))

    text = shown(bob, schedule, since="2027-05-20", days="7")

    assert "20 May 2027" in text
    assert "26 May 2027" in text
    assert "Alice" in text
    assert text.count('class="nobody"') == 2  # in the list, and now


def test_the_list_of_shifts_marks_a_change_of_the_clocks(bob, acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    acme.account.schedules.update(time_zone="Europe/Berlin")

    assert "The clocks change" in shown(bob, schedule, since="2027-03-28", days="1")
    assert "The clocks change" not in shown(bob, schedule, since="2027-03-29", days="1")


def test_times_are_in_the_zone_of_the_schedule_or_of_the_reader(bob, acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    acme.account.schedules.update(time_zone="Asia/Tokyo")
    acme.account.memberships.update(time_zone="America/Denver")

    assert "Times are in Asia/Tokyo (UTC+09:00)" in shown(bob, schedule)
    assert "Times are in America/Denver" in shown(bob, schedule, zone="mine")


@pytest.mark.parametrize("query", [{"since": "9999-99-99"}, {"days": "400"}])
def test_an_odd_range_is_the_usual_one(bob, acme, query):
    schedule = factories.schedule(acme.account, acme.alice.membership)

    assert bob.get(page(schedule), query).status_code == 200


def test_the_list_says_who_is_on_call_and_who_is_next(observer, acme):
    running(acme, acme.alice, acme.bob)

    text = observer.get(reverse("schedules")).content.decode()

    assert text.index("Alice") < text.index("Bob")
    assert "Nobody on call" not in text


def test_the_list_says_when_nobody_is_on_call(observer, acme):
    running(acme, acme.bob)
    acme.account.memberships.filter(pk=acme.bob.membership.pk).update(
        deactivated_at=MORNING
    )

    text = observer.get(reverse("schedules")).content.decode()

    assert "Nobody on call" in text
    assert "Bob" not in text


def test_a_schedule_page_takes_few_queries(bob, acme, django_assert_max_num_queries):
    schedule = factories.schedule(acme.account)
    for position in range(5):
        layer = factories.layer(
            schedule,
            acme.alice.membership,
            acme.bob.membership,
            position=position,
            turn_length=timedelta(days=1),
        )
        layer.restrictions.create(
            account=acme.account,
            kind="daily",
            start_time="20:00",
            duration=timedelta(hours=2),
        )

    with django_assert_max_num_queries(35):
        bob.get(page(schedule))


def test_the_timeline_has_a_row_for_each_layer_and_a_table_that_says_the_same(
    bob, acme
):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    factories.layer(schedule, acme.bob.membership, position=2, name="Nights")

    text = shown(bob, schedule, since="2027-05-20", days="7")

    rows = re.findall(r'class="rota-label" title="([^"]+)"', text)
    assert rows == ["Layer 1", "Nights", "Overrides", "Final schedule"]
    assert "Later rows win over earlier ones." in text
    assert re.findall(r'<h3 id="shifts-[\w-]+">([^<]+)<', text) == [
        "Layer 1",
        "Nights",
        "Overrides",
    ]


def test_a_change_of_the_clocks_is_said_in_words(bob, acme):
    schedule = factories.schedule(acme.account, acme.alice.membership)
    acme.account.schedules.update(time_zone="Europe/Berlin")

    text = shown(bob, schedule, since="2027-03-22", days="7")
    assert "Sun 28 Mar: the clocks go forward by 1 h, the day has 23 h." in text
    assert "the clocks go" not in shown(bob, schedule, since="2027-04-05", days="7")


def test_warnings_stand_on_the_page_with_what_helps(bob, acme):
    schedule = running(acme, acme.alice)
    schedule.layers.update(ends_at=timezone.now() + timedelta(days=2))
    acme.alice.email.delete()

    text = shown(bob, schedule)

    assert "Nobody is on call for a while" in text
    assert "Add override for the gap from" in text
    assert "Alice has no working contact method" in text
    assert "See how Alice is reached" in text


def test_an_observer_sees_warnings_without_dead_buttons(observer, acme):
    schedule = running(acme, acme.alice)
    schedule.layers.update(ends_at=timezone.now() + timedelta(days=2))

    text = shown(observer, schedule)

    assert "Nobody is on call for a while" in text
    assert "Add override" not in text
