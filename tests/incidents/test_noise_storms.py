"""Storms: one incident carries what a service opens beyond its limit."""

from datetime import timedelta

import pytest

from accounts.permissions import Actor
from incidents import actions, intake
from tests.factories import NOON

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def limit(world, number):
    world.service.storm_limit = number
    world.service.save()


def trigger(world, *keys, at=NOON, **body):
    for key in keys:
        own = {"summary": f"{key} broke", "severity": "critical", **body}
        intake.receive(world.integration.key, "trigger", key, own, at=at)
    intake.process(at)
    return [incident.title for incident in world.account.incidents.order_by("number")]


def storms(world):
    return list(world.account.incidents.filter(group_key="storm").order_by("number"))


@pytest.mark.promise(15)
def test_what_comes_beyond_the_limit_is_one_incident_which_pages(acme):
    limit(acme, 2)
    titles = trigger(acme, *"abcde")
    assert titles == ["a broke", "b broke", "Storm: 3 alerts on Checkout"]
    storm = storms(acme)[0]
    assert storm.alerts.count() == 3
    assert storm.notifications.get().membership == acme.alice.membership
    began = storm.timeline.get(verb="storm")
    assert began.details == {"count": 3, "limit": 2}


def test_further_alerts_join_the_storm_without_a_page_of_their_own(acme):
    limit(acme, 2)
    trigger(acme, *"abc")
    pages = acme.account.notifications.count()
    trigger(acme, *"defg", at=NOON + 30 * SECOND)
    storm = storms(acme)[0]
    assert storm.title == "Storm: 5 alerts on Checkout"
    assert acme.account.incidents.count() == 3
    assert acme.account.notifications.count() == pages
    assert storm.timeline.get(verb="storm_grew").details == {"count": 4}


def test_a_title_that_somebody_gave_the_storm_stays(acme):
    limit(acme, 1)
    trigger(acme, *"ab")
    actor = Actor("web", acme.alice.membership)
    actions.rename(storms(acme)[0], actor=actor, at=NOON, title="The core router")
    trigger(acme, *"cd")
    assert [storm.title for storm in storms(acme)] == ["The core router"]


def test_a_storm_lasts_as_long_as_alerts_come_at_its_rate(acme):
    limit(acme, 2)
    trigger(acme, *"abc")
    for second in range(0, 300, 15):
        trigger(acme, f"k{second}", at=NOON + second * SECOND)
    assert acme.account.incidents.count() == 3


def test_after_the_rate_has_fallen_alerts_have_incidents_of_their_own_again(acme):
    limit(acme, 2)
    trigger(acme, *"abc")
    # One in 50 seconds is slower than two in a minute.
    for number in range(1, 8):
        titles = trigger(acme, f"late {number}", at=NOON + number * 50 * SECOND)
    storm = storms(acme)[0]
    assert "late 7 broke" in titles
    assert storm.status == "triggered"
    assert storm.alerts.filter(dedup_key="late 1").exists()


def test_the_storm_ends_when_all_of_its_alerts_have_ended(acme):
    limit(acme, 1)
    trigger(acme, *"abc")
    for key, status in (("b", "triggered"), ("c", "resolved")):
        intake.receive(acme.integration.key, "resolve", key, {}, at=NOON + MINUTE)
        intake.process(NOON + MINUTE)
        assert storms(acme)[0].status == status


def test_a_new_storm_pages_although_the_old_one_is_acknowledged(acme):
    limit(acme, 1)
    trigger(acme, *"ab")
    actor = Actor("web", acme.alice.membership)
    actions.acknowledge(storms(acme)[0], actor=actor, at=NOON)
    later = NOON + timedelta(hours=1)
    trigger(acme, *"cd", at=later)
    assert [storm.status for storm in storms(acme)] == ["acknowledged", "triggered"]
    assert storms(acme)[1].notifications.filter(status="planned").count() == 1


@pytest.mark.promise(15)
def test_the_first_alert_always_has_its_own_page(acme):
    limit(acme, 1)
    assert trigger(acme, "a") == ["a broke"]
    assert trigger(acme, "b", at=NOON + 61 * SECOND) == ["a broke", "b broke"]


def test_a_low_storm_becomes_high_with_its_first_urgent_alert(acme):
    acme.service.urgency_rule = "severity_based"
    limit(acme, 1)
    trigger(acme, "a", "b", severity="info")
    assert storms(acme)[0].urgency == "low"
    trigger(acme, "c", severity="critical", at=NOON + SECOND)
    assert storms(acme)[0].urgency == "high"
    assert storms(acme)[0].escalate_at is not None


def test_without_a_limit_there_is_no_storm(acme):
    limit(acme, None)
    assert len(trigger(acme, *"abcdef")) == 6


def test_another_service_has_its_own_weather(acme, globex):
    limit(acme, 1)
    limit(globex, 1)
    trigger(acme, *"abc")
    assert trigger(globex, "a") == ["a broke"]


def test_alerts_that_are_grouped_open_nothing_and_make_no_storm(acme):
    acme.service.grouping = "time"
    limit(acme, 1)
    assert trigger(acme, *"abcd") == ["a broke"]
