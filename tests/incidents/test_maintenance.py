"""Maintenance windows: planning, ending, and what happens at their end."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection

from accounts.permissions import Actor, NotPermitted
from incidents import actions, engine, intake, maintenance, maintenance_ends
from incidents.models import MaintenanceWindow
from oncall.refusals import NotAllowed
from tests import factories
from tests.factories import NOON

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def alice(acme) -> Actor:
    return Actor("web", acme.alice.membership)


def plan(world, actor, **fields) -> MaintenanceWindow:
    given = {
        "services": [world.service],
        "starts_at": NOON,
        "ends_at": NOON + HOUR,
        "description": "New disks",
        **fields,
    }
    return maintenance.plan(world.account, actor=actor, at=NOON, **given)


def fresh(window: MaintenanceWindow) -> MaintenanceWindow:
    return MaintenanceWindow.across_accounts.get(pk=window.pk)


def send(world, at: datetime, key: str = "disk", action: str = "trigger") -> None:
    intake.receive(world.integration.key, action, key, {"summary": key}, at=at)
    intake.process(at)


def titles(world) -> list[str]:
    return sorted(world.account.incidents.values_list("title", flat=True))


# Planning


def test_a_start_in_the_past_becomes_now(acme, alice):
    window = plan(acme, alice, starts_at=NOON - HOUR)

    assert window.starts_at == NOON
    assert [row.service for row in window.maintained_services.all()] == [acme.service]
    assert window.number == 1
    assert acme.account.audit_entries.get().action == "planned maintenance window"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"starts_at": NOON - 2 * HOUR, "ends_at": NOON - HOUR}, "in the future"),
        ({"ends_at": NOON}, "in the future"),
        ({"starts_at": NOON + 2 * HOUR}, "after the start"),
        ({"services": []}, "at least one service"),
        ({"repeats": "daily", "ends_at": NOON + DAY}, "before it takes place again"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(acme, alice, fields, why):
    with pytest.raises(NotAllowed, match=why):
        plan(acme, alice, **fields)

    assert not acme.account.maintenance_windows.exists()


def test_a_responder_cannot_plan(acme):
    with pytest.raises(NotPermitted):
        plan(acme, Actor("web", acme.bob.membership))


def test_numbers_are_of_the_account(acme, globex, alice):
    first, second = plan(acme, alice), plan(acme, alice)
    other = plan(globex, Actor("web", globex.mallory.membership))

    assert [first.number, second.number, other.number] == [1, 2, 1]


def test_a_window_cannot_cover_another_accounts_service(acme, globex, alice):
    plan(acme, alice, services=[globex.service])

    # As a commit would.
    with pytest.raises(IntegrityError):
        connection.check_constraints()


def test_a_window_to_come_is_changed_as_a_whole(acme, alice):
    search = factories.service(acme.account, acme.policy, name="Search")
    window = plan(acme, alice, starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR)

    maintenance.change(
        window,
        actor=alice,
        at=NOON,
        services=[search],
        starts_at=NOON + 3 * HOUR,
        ends_at=NOON + 5 * HOUR,
        description="Later",
    )

    assert (fresh(window).starts_at, fresh(window).description) == (
        NOON + 3 * HOUR,
        "Later",
    )
    assert [row.service for row in window.maintained_services.all()] == [search]


def test_of_a_window_under_way_only_the_end_moves(acme, alice):
    window = plan(acme, alice)
    later = {"actor": alice, "at": NOON + HOUR / 2}

    with pytest.raises(NotAllowed, match="has begun"):
        maintenance.change(
            window,
            **later,
            services=[acme.service],
            starts_at=NOON + HOUR,
            ends_at=NOON + 2 * HOUR,
        )
    with pytest.raises(NotAllowed, match="has begun"):
        maintenance.delete(window, **later)
    with pytest.raises(NotAllowed, match="in the future"):
        maintenance.extend(window, **later, ends_at=NOON, description="")

    maintenance.extend(window, **later, ends_at=NOON + 2 * HOUR, description="Longer")
    assert fresh(window).ends_at == NOON + 2 * HOUR


def test_a_window_that_is_over_stays_as_it_was(acme, alice):
    window = plan(acme, alice)
    by = {"actor": alice, "at": NOON + HOUR}

    for verb in (maintenance.end, maintenance.stop_repeating):
        with pytest.raises(NotAllowed, match="not under way"):
            verb(window, **by)
    with pytest.raises(NotAllowed, match="not under way"):
        maintenance.extend(window, **by, ends_at=NOON + 2 * HOUR, description="")
    with pytest.raises(NotAllowed, match="has begun"):
        maintenance.delete(window, **by)
    assert fresh(window).ends_at == NOON + HOUR


def test_a_window_to_come_is_deleted(acme, alice):
    window = plan(acme, alice, starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR)

    maintenance.delete(window, actor=alice, at=NOON)

    assert not acme.account.maintenance_windows.exists()


# What a window does


def test_alerts_are_held_and_those_still_open_are_let_through_at_the_end(acme, alice):
    window = plan(acme, alice)
    send(acme, NOON, "disk")
    send(acme, NOON, "fan")
    send(acme, NOON + HOUR / 2, "fan", "resolve")
    assert titles(acme) == []

    engine.tick(NOON + HOUR - timedelta(seconds=1))
    assert titles(acme) == []
    engine.tick(NOON + HOUR)

    assert titles(acme) == ["disk"]
    assert fresh(window).ended_at == NOON + HOUR
    assert acme.account.incidents.get().notifications.filter(status="planned").exists()


def test_a_window_ended_by_hand_lets_the_alerts_through_at_once(acme, alice):
    window = plan(acme, alice)
    send(acme, NOON)

    at = NOON + HOUR / 4
    maintenance.end(window, actor=alice, at=at)
    engine.tick(at)

    assert titles(acme) == ["disk"]
    send(acme, at, "fan")
    assert titles(acme) == ["disk", "fan"]


def test_a_window_that_has_just_begun_can_be_ended(acme, alice):
    window = plan(acme, alice)

    maintenance.end(window, actor=alice, at=NOON)

    assert fresh(window).ends_at - NOON < timedelta(seconds=1)


def test_a_service_in_another_window_waits_for_the_end_of_that_one(acme, alice):
    plan(acme, alice)
    plan(acme, alice, ends_at=NOON + 3 * HOUR)
    send(acme, NOON)

    engine.tick(NOON + HOUR)
    assert titles(acme) == []
    engine.tick(NOON + 3 * HOUR)
    assert titles(acme) == ["disk"]


def test_other_services_page_meanwhile(acme, alice):
    search = factories.service(acme.account, acme.policy, name="Search")
    plan(acme, alice, services=[search])

    send(acme, NOON)

    assert titles(acme) == ["disk"]


def test_an_incident_made_by_hand_opens_and_pages(acme, alice):
    plan(acme, alice)

    incident = actions.open_incident(
        acme.service, actor=alice, at=NOON, title="By hand"
    )

    assert incident.notifications.filter(purpose="page", status="planned").exists()


def test_what_was_open_goes_on_paging(acme, alice):
    incident = actions.open_incident(acme.service, actor=alice, at=NOON, title="Before")
    plan(acme, alice)

    engine.tick(NOON + HOUR / 2)

    incident.refresh_from_db()
    assert incident.level == 2


# Recurring ones


def test_the_next_window_is_planned_when_one_ends(acme, alice):
    window = plan(
        acme, alice, repeats="weekly", time_zone="Europe/Berlin", description="Backup"
    )
    engine.tick(NOON + HOUR)
    following = acme.account.maintenance_windows.get(previous=window)

    assert following.starts_at == NOON + 7 * DAY
    assert (following.description, following.repeats) == ("Backup", "weekly")
    assert [row.service for row in following.maintained_services.all()] == [
        acme.service
    ]
    # Berlin's clocks go forward on 28 March: an hour earlier in UTC from then on.
    engine.tick(NOON + 8 * DAY)
    engine.tick(NOON + 15 * DAY)
    third = acme.account.maintenance_windows.latest("number")
    assert third.starts_at == NOON + 21 * DAY - HOUR
    assert third.number == 4


def test_it_ends_with_its_last_day(acme, alice):
    plan(acme, alice, repeats="daily", repeats_until=date(2027, 3, 11))

    engine.tick(NOON + HOUR)
    engine.tick(NOON + DAY + HOUR)

    assert acme.account.maintenance_windows.count() == 2


def test_it_can_be_let_be_the_last_time(acme, alice):
    window = plan(acme, alice, repeats="daily")

    maintenance.stop_repeating(window, actor=alice, at=NOON)
    engine.tick(NOON + HOUR)

    assert acme.account.maintenance_windows.count() == 1


def test_an_end_that_was_missed_for_days_leaves_one_window_to_come(acme, alice):
    plan(acme, alice, repeats="daily")

    engine.tick(NOON + 5 * DAY + 2 * HOUR)

    newest = acme.account.maintenance_windows.latest("number")
    assert newest.number == 2
    assert newest.starts_at == NOON + 6 * DAY


# When an end fails


def test_an_end_that_fails_is_tried_again_and_keeps_no_other_window_back(
    acme, globex, alice
):
    broken = plan(acme, alice, repeats="daily")
    sound = plan(globex, Actor("web", globex.mallory.membership))
    # A zone that no longer exists: what follows the window cannot be planned.
    MaintenanceWindow.across_accounts.filter(pk=broken.pk).update(time_zone="No/Zone")
    send(acme, NOON)

    maintenance_ends.end_due(NOON + HOUR)

    assert fresh(sound).ended_at == NOON + HOUR
    assert (fresh(broken).ended_at, fresh(broken).failures) == (None, 1)
    # People are paged all the same.
    assert titles(acme) == ["disk"]
    assert maintenance_ends.end_due(NOON + HOUR) == 0

    MaintenanceWindow.across_accounts.filter(pk=broken.pk).update(time_zone="UTC")
    maintenance_ends.end_due(NOON + HOUR + timedelta(seconds=10))
    assert fresh(broken).ended_at is not None
    assert acme.account.maintenance_windows.filter(previous=broken).count() == 1


def test_operators_are_told_of_an_end_that_keeps_failing(acme, alice, caplog):
    broken = plan(acme, alice, repeats="daily")
    MaintenanceWindow.across_accounts.filter(pk=broken.pk).update(time_zone="No/Zone")

    for minute in range(10):
        maintenance_ends.end_due(NOON + HOUR + timedelta(minutes=minute))

    critical = [each for each in caplog.records if each.levelname == "CRITICAL"]
    assert len(critical) == 1
    assert "does not end" in critical[0].getMessage()


def test_windows_of_another_time_cover_nothing(acme, alice):
    plan(acme, alice)

    assert maintenance.covers(acme.service, NOON - HOUR) is None
    assert maintenance.covers(acme.service, NOON) is not None
    assert maintenance.covers(acme.service, NOON + HOUR) is None
