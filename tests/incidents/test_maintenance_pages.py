"""The pages of maintenance windows, and what services say of them."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.permissions import Actor
from incidents import maintenance
from incidents.models import MaintenanceWindow
from oncall.forms import times
from tests.incidents.pages import says

HOUR = timedelta(hours=1)
UTC = ZoneInfo("UTC")


def plan(world, *, hours: int = 0, **fields) -> MaintenanceWindow:
    now = timezone.now()
    given = {
        "services": [world.service],
        "starts_at": now + hours * HOUR,
        "ends_at": now + (hours + 1) * HOUR,
        "description": "New disks",
        **fields,
    }
    return maintenance.plan(world.account, actor=Actor("web"), at=now, **given)


def form(world, **fields) -> dict[str, object]:
    now = timezone.now()
    return {
        "services": [world.service.public_id],
        "description": "New disks",
        "time_zone": "UTC",
        "starts": times.typed(now + HOUR, UTC),
        "ends": times.typed(now + 2 * HOUR, UTC),
        "repeats": "",
        "repeats_until": "",
        **fields,
    }


def page(window: MaintenanceWindow, rest: str) -> str:
    return f"/maintenance/{window.public_id}/{rest}/"


def fresh(window: MaintenanceWindow) -> MaintenanceWindow:
    return MaintenanceWindow.across_accounts.get(pk=window.pk)


def test_an_empty_list_says_what_windows_are_for(acme, alice):
    assert "No maintenance planned" in says(alice.get("/maintenance/"))


def test_the_list_tells_what_is_under_way_to_come_and_over(acme, alice):
    plan(acme, description="Now")
    plan(acme, hours=2, description="Later", repeats="weekly")
    over = plan(acme, description="Over")
    maintenance.end(over, actor=Actor("web"), at=timezone.now())

    text = says(alice.get("/maintenance/"))

    order = ["Under way", "Now", "Upcoming", "Later", "Every week", "Past", "Over"]
    places = [text.index(word, text.index("<main")) for word in order]
    assert places == sorted(places)


def test_a_window_is_planned(acme, alice):
    response = alice.post("/maintenance/new/", form(acme), follow=True)

    window = acme.account.maintenance_windows.get()
    assert "The maintenance is planned." in says(response)
    assert window.created_by == acme.alice.membership
    assert window.ends_at - window.starts_at == HOUR


def test_times_are_read_in_the_zone_that_is_chosen(acme, alice):
    day = (timezone.now() + timedelta(days=3)).date()
    typed = {
        "starts": f"{day}T20:00",
        "ends": f"{day}T22:00",
        "time_zone": "Asia/Tokyo",
    }
    alice.post("/maintenance/new/", form(acme, **typed))

    window = acme.account.maintenance_windows.get()
    assert (window.starts_at.hour, window.ends_at.hour) == (11, 13)


def test_the_form_begins_with_the_service_that_asked(acme, alice):
    address = f"/maintenance/new/?service={acme.service.public_id}"

    text = says(alice.get(address))

    assert f'value="{acme.service.public_id}"' in text
    assert text.count("checked") == 1


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"services": []}, "Choose at least one service."),
        ({"ends": "2020-01-01T10:00", "starts": "2020-01-01T09:00"}, "in the future"),
        ({"ends": "2020-01-01T10:00"}, "The end must be after the start."),
        ({"starts": "soon"}, "Write a date and a time"),
        ({"repeats_until": "2099-01-01"}, "Only a window that repeats needs this."),
        (
            {"repeats": "daily", "repeats_until": "2020-01-01"},
            "must not be before the first day",
        ),
        (
            {"repeats": "daily", "ends": "2099-01-01T10:00"},
            "over before it takes place again",
        ),
    ],
)
def test_a_mistake_is_explained_and_nothing_typed_is_lost(acme, alice, fields, why):
    response = alice.post("/maintenance/new/", form(acme, **fields))

    assert response.status_code == 422
    assert why in says(response)
    assert "New disks" in says(response)
    assert not acme.account.maintenance_windows.exists()


def test_another_accounts_service_cannot_be_chosen(acme, globex, alice):
    values = form(acme, services=[globex.service.public_id])

    assert alice.post("/maintenance/new/", values).status_code == 422
    assert not acme.account.maintenance_windows.exists()


def test_a_window_to_come_is_changed(acme, alice):
    window = plan(acme, hours=2)

    alice.post(page(window, "edit"), form(acme, description="Other disks"))

    assert fresh(window).description == "Other disks"


def test_of_a_window_under_way_the_end_and_the_words_change(acme, alice):
    window = plan(acme)
    text = says(alice.get(page(window, "edit")))
    assert 'name="starts"' not in text

    ends = timezone.now() + 5 * HOUR
    alice.post(
        page(window, "edit"),
        {"description": "More disks", "ends": times.typed(ends, UTC)},
    )

    assert fresh(window).description == "More disks"
    assert abs(fresh(window).ends_at - ends) < timedelta(minutes=1)


def test_the_end_of_a_window_under_way_stays_in_the_future(acme, alice):
    window = plan(acme)
    before = window.ends_at

    response = alice.post(page(window, "edit"), {"ends": "2020-01-01T10:00"})

    assert response.status_code == 422
    assert "The end must be in the future" in says(response)
    assert fresh(window).ends_at == before


def test_a_window_is_ended_after_a_question(acme, alice):
    window = plan(acme)
    assert "End the maintenance now" in says(alice.get(page(window, "end")))
    assert fresh(window).ends_at > timezone.now()

    alice.post(page(window, "end"))

    assert fresh(window).ends_at <= timezone.now()


def test_a_window_to_come_is_deleted_and_cannot_be_ended(acme, alice):
    window = plan(acme, hours=2)

    refused = alice.post(page(window, "end"), follow=True)
    assert "not under way" in says(refused)
    alice.post(page(window, "delete"))

    assert not acme.account.maintenance_windows.exists()


def test_a_window_that_is_over_is_not_edited(acme, alice):
    window = plan(acme)
    maintenance.end(window, actor=Actor("web"), at=timezone.now())

    response = alice.get(page(window, "edit"), follow=True)

    assert "stays as it was" in says(response)


def test_a_change_that_does_not_exist_is_not_there(acme, alice):
    assert alice.get(page(plan(acme), "explode")).status_code == 404


def test_a_responder_looks_and_changes_nothing(acme, bob):
    window = plan(acme)

    text = says(bob.get("/maintenance/"))
    assert "New disks" in text
    assert "End now" not in text
    assert bob.get("/maintenance/new/").status_code == 403
    for rest in ("edit", "end"):
        assert bob.post(page(window, rest)).status_code == 403
    assert fresh(window).ends_at > timezone.now()


def test_another_accounts_window_is_not_there(acme, globex, alice):
    window = plan(globex)

    for rest in ("edit", "end", "stop", "delete"):
        assert alice.get(page(window, rest)).status_code == 404
        assert alice.post(page(window, rest)).status_code == 404


# What services say


def test_the_service_and_the_directory_say_until_when(acme, alice):
    window = plan(acme)
    address = f"/services/{acme.service.public_id}/"

    assert "This service is in maintenance" in says(alice.get(address))
    assert "In maintenance" in says(alice.get("/services/"))

    maintenance.end(window, actor=Actor("web"), at=timezone.now())
    assert "in maintenance" not in says(alice.get(address))
    assert "In maintenance" not in says(alice.get("/services/"))


def test_an_incident_by_hand_says_that_it_pages_all_the_same(acme, alice):
    address = f"/incidents/new/?service={acme.service.public_id}"
    assert "opens and pages all the same" not in says(alice.get(address))

    plan(acme)

    assert "opens and pages all the same" in says(alice.get(address))
