"""Alerts that are held back: by a pause, and by maintenance."""

from datetime import timedelta

import pytest

from accounts.permissions import Actor, NotPermitted
from incidents import intake
from incidents.models import MaintainedService
from incidents.noise import holding
from tests.factories import NOON

MINUTE = timedelta(minutes=1)
PAUSE = 5 * MINUTE


def send(world, action, dedup_key, at=NOON, **body):
    body = {"summary": f"{dedup_key} broke", "severity": "critical", **body}
    intake.receive(world.integration.key, action, dedup_key, body, at=at)
    intake.process(at)
    event = world.account.events.first()
    assert event is not None
    return event.outcome


def pause(world):
    world.service.auto_pause = PAUSE
    world.service.save()


def maintain(world, ends_at=NOON + 60 * MINUTE, number=1):
    window = world.account.maintenance_windows.create(
        number=number,
        starts_at=NOON - 60 * MINUTE,
        ends_at=ends_at,
        created_at=NOON - 60 * MINUTE,
    )
    MaintainedService.across_accounts.create(
        account=world.account, window=window, service=world.service
    )
    return window


def end(world, window, at):
    window.ends_at = window.ended_at = at
    window.save()
    return holding.release(world.service, at=at)


def test_a_paused_alert_opens_an_incident_when_its_pause_is_over(acme):
    pause(acme)
    assert send(acme, "trigger", "db") == "paused"
    assert holding.release_due(NOON + PAUSE - MINUTE) == 0
    assert not acme.account.incidents.exists()

    assert holding.release_due(NOON + PAUSE) == 1
    incident = acme.account.incidents.get()
    assert incident.title == "db broke"
    assert incident.notifications.get().membership == acme.alice.membership
    alert = incident.alerts.get()
    assert (alert.held, alert.release_at) == ("", None)


def test_a_paused_alert_that_resolves_meanwhile_never_opens_anything(acme):
    pause(acme)
    send(acme, "trigger", "db")
    assert send(acme, "resolve", "db", at=NOON + MINUTE) == "resolved"
    assert holding.release_due(NOON + PAUSE) == 0
    assert not acme.account.incidents.exists()
    assert acme.account.alerts.get().status == "resolved"


def test_a_repeat_neither_shortens_nor_prolongs_the_pause(acme):
    pause(acme)
    send(acme, "trigger", "db")
    assert send(acme, "trigger", "db", at=NOON + 4 * MINUTE) == "repeated"
    assert holding.release_due(NOON + PAUSE) == 1
    assert acme.account.incidents.get().alerts.get().event_count == 2


def test_an_acknowledgement_of_a_held_alert_says_that_it_is_held(acme):
    pause(acme)
    send(acme, "trigger", "db")
    assert send(acme, "acknowledge", "db") == "paused"


def test_after_the_release_the_tool_can_acknowledge_and_resolve(acme):
    pause(acme)
    send(acme, "trigger", "db")
    holding.release_due(NOON + PAUSE)
    assert send(acme, "acknowledge", "db", at=NOON + PAUSE) == "acknowledged"
    assert send(acme, "resolve", "db", at=NOON + PAUSE) == "resolved"
    assert acme.account.incidents.get().status == "resolved"


def test_maintenance_holds_new_alerts_and_lets_the_open_ones_through_at_its_end(acme):
    window = maintain(acme)
    assert send(acme, "trigger", "gone") == "held"
    assert send(acme, "trigger", "stays") == "held"
    send(acme, "resolve", "gone")
    assert not acme.account.incidents.exists()

    later = NOON + 30 * MINUTE
    assert end(acme, window, later) == 1
    incident = acme.account.incidents.get()
    assert (incident.title, incident.created_at) == ("stays broke", later)
    entry = incident.timeline.get(verb="trigger")
    assert entry.name == "The end of the maintenance"


def test_during_maintenance_earlier_incidents_do_resolve(acme):
    send(acme, "trigger", "db", at=NOON - 90 * MINUTE)
    maintain(acme)
    assert send(acme, "resolve", "db") == "resolved"
    assert acme.account.incidents.get().status == "resolved"


def test_a_second_window_keeps_the_alerts_that_the_first_one_lets_go(acme):
    first, second = maintain(acme), maintain(acme, NOON + 120 * MINUTE, number=2)
    send(acme, "trigger", "db")
    assert end(acme, first, NOON + MINUTE) == 0
    assert acme.account.alerts.get().held == "maintenance"
    assert end(acme, second, NOON + 2 * MINUTE) == 1


@pytest.mark.promise(12)
def test_an_end_of_maintenance_that_nobody_worked_lets_the_alerts_through(acme):
    maintain(acme)
    send(acme, "trigger", "db")
    assert holding.release_due(NOON + 60 * MINUTE) == 1
    assert acme.account.incidents.count() == 1


def test_a_pause_that_ends_in_maintenance_waits_for_its_end(acme):
    pause(acme)
    send(acme, "trigger", "db")
    window = maintain(acme)
    assert holding.release_due(NOON + PAUSE) == 1
    alert = acme.account.alerts.get()
    assert (alert.held, alert.release_at) == ("maintenance", window.ends_at)
    assert not acme.account.incidents.exists()


def test_another_service_is_not_maintained_along(acme, globex):
    maintain(acme)
    assert send(globex, "trigger", "db") == "opened"


def test_a_responder_lets_the_held_alerts_through_at_once(acme):
    pause(acme)
    send(acme, "trigger", "db")
    bob = Actor("web", acme.bob.membership)
    assert holding.let_through(acme.service, actor=bob, at=NOON + MINUTE) == 1
    entry = acme.account.incidents.get().timeline.get(verb="trigger")
    assert entry.membership == acme.bob.membership


def test_an_observer_lets_nothing_through(acme):
    pause(acme)
    send(acme, "trigger", "db")
    acme.bob.membership.role = "observer"
    bob = Actor("web", acme.bob.membership)
    with pytest.raises(NotPermitted):
        holding.let_through(acme.service, actor=bob, at=NOON + MINUTE)
    assert acme.account.alerts.get().held == "paused"
