"""The schedule editor in a real browser: by keyboard alone, and by pointer."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Dialog, Page, expect

from accounts import tenancy
from tests import factories
from tests.browsers import (
    chromium_and_queries,
    is_wider_than_its_window,
    signed_in,
    violations,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium_and_queries() as found:
        yield found


@pytest.fixture
def schedule(transactional_db):
    """Primary of Acme: Alice and Bob take weeks, Nights have a gap by day."""
    with tenancy.all_accounts():
        account = factories.account("Acme", time_zone="Europe/Berlin")
        alice = factories.person(account, "Alice", "owner", time_zone="Europe/Berlin")
        bob = factories.person(account, "Bob")
        factories.person(account, "Ola-" + 8 * "very-long-")
        made = factories.schedule(account, alice.membership, bob.membership)
        start = timezone.now() - timedelta(days=30)
        made.layers.update(starts_at=start, rotation_virtual_start=start)
        nights = factories.layer(
            made, bob.membership, position=2, starts_at=start, name="Nights"
        )
        nights.restrictions.create(
            account=account,
            kind="daily",
            start_time="20:00",
            duration=timedelta(hours=12),
        )
        account.schedules.update(time_zone="Europe/Berlin")
        made.refresh_from_db()
    return made


def opened(
    browser: Browser, live_server, schedule, width: int = 1280, scheme="light"
) -> Page:
    """The browser of Alice."""
    with tenancy.scope(schedule.account):
        owner = schedule.account.memberships.get(role="owner").user
    size = {"width": width, "height": 900}
    return signed_in(
        browser, live_server.url, owner, color_scheme=scheme, viewport=size
    ).new_page()


def address(schedule, name="schedule") -> str:
    return reverse(name, args=[schedule.public_id])


def tomorrow() -> str:
    return (timezone.localdate(timezone=BERLIN) + timedelta(days=1)).isoformat()


def people(schedule, position: int) -> list[str]:
    with tenancy.scope(schedule.account):
        turns = schedule.layers.get(position=position).turns.all()
        return [turn.membership.name for turn in turns]


def press_through(page: Page, name: str) -> None:
    """Go to a button by the Tab key, and press it."""
    button = page.get_by_role("button", name=name, exact=True)
    for _ in range(80):
        page.keyboard.press("Tab")
        if button.evaluate("element => element === document.activeElement"):
            page.keyboard.press("Enter")
            return
    pytest.fail(f"The Tab key does not lead to {name}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_view_is_accessible_and_fits(
    browser, live_server, schedule, width, scheme
):
    page = opened(browser, live_server, schedule, width, scheme)
    views = [
        address(schedule) + "?days=1",
        address(schedule) + "?days=7&since=2027-03-22",
        address(schedule) + "?days=month&zone=mine",
        address(schedule, "schedule_edit"),
        address(schedule, "override_create"),
        reverse("schedule_create"),
        reverse("my_shifts"),
        reverse("on_call"),
    ]

    for view in views:
        page.goto(view)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert (view, violations(page)) == (view, [])
        assert not is_wider_than_its_window(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_schedule_is_edited_by_keyboard_alone(
    browser, live_server, schedule, width, scheme
):
    page = opened(browser, live_server, schedule, width, scheme)
    page.goto(address(schedule))
    page.get_by_role("link", name="Edit schedule").press("Enter")
    expect(page.get_by_text("Alice → Bob")).to_be_visible()

    press_through(page, "Move person 2 of Layer 1 up")

    # The sentence and the preview follow before anything is saved.
    expect(page.get_by_text("Bob → Alice")).to_be_visible()
    assert people(schedule, 1) == ["Alice", "Bob"]
    page.get_by_label("Turns").first.focus()
    page.keyboard.type("Daily")
    expect(page.get_by_text("Daily, hands over at").first).to_be_visible()
    page.get_by_role("button", name="Save schedule").last.press("Enter")

    expect(page.get_by_text("Schedule Primary is saved.")).to_be_visible()
    assert people(schedule, 1) == ["Bob", "Alice"]
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_drag_over_the_final_schedule_makes_an_override(
    browser, live_server, schedule, scheme
):
    page = opened(browser, live_server, schedule, scheme=scheme)
    page.goto(address(schedule) + f"?days=1&since={tomorrow()}")
    track = page.locator("[data-final]").bounding_box()
    assert track
    y = track["y"] + track["height"] / 2

    # From six to noon, of a day of 24 hours.
    page.mouse.move(track["x"] + track["width"] * 0.25 + 1, y)
    page.mouse.down()
    page.mouse.move(track["x"] + track["width"] * 0.4, y)
    page.mouse.move(track["x"] + track["width"] * 0.5 - 1, y)
    page.mouse.up()

    dialog = page.get_by_role("dialog", name="Add override")
    expect(dialog.get_by_label("From")).to_have_value(f"{tomorrow()}T06:00")
    expect(dialog.get_by_label("Until")).to_have_value(f"{tomorrow()}T12:00")
    dialog.get_by_label("Person").select_option(label="Bob")
    expect(
        dialog.get_by_text("Bob covers").or_(dialog.get_by_text("already")).first
    ).to_be_visible()
    assert violations(page) == []
    dialog.get_by_role("button", name="Add override").last.click()

    expect(page.get_by_text("Bob covers this time now.")).to_be_visible()
    with tenancy.scope(schedule.account):
        made = schedule.overrides.get()
    six = datetime.fromisoformat(f"{tomorrow()}T06:00").replace(tzinfo=BERLIN)
    assert (made.starts_at, made.ends_at) == (six, six + 6 * HOUR)


def test_escape_ends_a_drag_and_changes_nothing(browser, live_server, schedule):
    page = opened(browser, live_server, schedule)
    page.goto(address(schedule) + f"?days=7&since={tomorrow()}")
    track = page.locator("[data-final]").bounding_box()
    assert track

    page.mouse.move(track["x"] + 50, track["y"] + 10)
    page.mouse.down()
    page.mouse.move(track["x"] + 200, track["y"] + 10)
    expect(page.locator(".rota-selection")).to_be_visible()
    page.keyboard.press("Escape")
    page.mouse.up()

    expect(page.locator(".rota-selection")).to_have_count(0)
    expect(page.get_by_role("dialog", name="Add override")).to_have_count(0)


def test_a_shift_is_covered_from_its_row_by_keyboard(browser, live_server, schedule):
    page = opened(browser, live_server, schedule, 390)
    page.goto(address(schedule) + f"?days=1&since={tomorrow()}")
    button = page.get_by_role("link", name="Cover this shift").first

    button.press("Enter")
    dialog = page.get_by_role("dialog", name="Add override")
    expect(dialog.get_by_label("Person")).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    button.press("Enter")
    dialog.get_by_label("Person").select_option(label="Alice")
    dialog.get_by_label("Until").press("Enter")

    expect(page.get_by_text("Alice covers this time now.")).to_be_visible()


def test_a_click_on_a_shift_of_the_timeline_covers_it(browser, live_server, schedule):
    page = opened(browser, live_server, schedule)
    page.goto(address(schedule) + f"?days=7&since={tomorrow()}")

    page.locator("[data-bar]").nth(1).click()

    expect(page.get_by_role("dialog", name="Add override")).to_be_visible()


def test_the_list_takes_the_place_of_the_timeline_on_a_phone(
    browser, live_server, schedule
):
    page = opened(browser, live_server, schedule, 390)
    page.goto(address(schedule))

    expect(page.locator(".rota")).to_be_hidden()
    table = page.get_by_role("table", name="Shifts of the final schedule")
    expect(table.get_by_text("Alice").first).to_be_visible()


def test_unsaved_layers_are_not_lost_silently(browser, live_server, schedule):
    page = opened(browser, live_server, schedule)
    page.goto(address(schedule, "schedule_edit"))
    asked = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)

    page.get_by_role("button", name="Add layer").click()
    expect(page.get_by_role("group", name="Layer 3", exact=True)).to_be_visible()
    page.get_by_role("link", name="Incidents").first.click()

    expect(page.get_by_role("heading", level=1, name="Incidents")).to_be_visible()
    assert asked == ["beforeunload"]
