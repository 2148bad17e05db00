"""The pages of this app in a real browser: by keyboard, with scripts, and readable."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts import tenancy
from oncall import queries
from tests import factories
from tests.browsers import chromium_and_queries, needs_chromium, signed_in, violations

pytestmark = [
    pytest.mark.browser,
    needs_chromium,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium_and_queries() as found:
        yield found


@pytest.fixture
def account(transactional_db):
    with tenancy.all_accounts():
        account = factories.account("Acme")
        alice = factories.person(account, "Alice", "owner").membership
        bob = factories.person(account, "Bob").membership
        schedule = factories.schedule(account, alice, bob)
        start = timezone.now() - timedelta(hours=1)
        schedule.layers.update(starts_at=start, rotation_virtual_start=start)
        empty = factories.schedule(account, name="Nights")
        factories.policy(account, [schedule, bob], [empty])
    return account


def open_pages(
    browser: Browser, live_server, account, width: int = 1280, scheme="light"
) -> Page:
    with tenancy.scope(account):
        owner = account.memberships.get(role="owner").user
    size = {"width": width, "height": 900}
    return signed_in(
        browser, live_server.url, owner, color_scheme=scheme, viewport=size
    ).new_page()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_accessible_and_fits(
    browser, live_server, account, width, scheme
):
    with tenancy.scope(account):
        schedule = account.schedules.get(name="Primary").public_id
        policy = account.escalation_policies.get().public_id
    page = open_pages(browser, live_server, account, width, scheme)
    routes = [
        ("on_call", []),
        ("escalation_policies", []),
        ("escalation_policy", [policy]),
        ("escalation_policy_edit", [policy]),
        ("escalation_policy_delete", [policy]),
        ("schedules", []),
        ("schedule", [schedule]),
        ("schedule_edit", [schedule]),
        ("schedule_delete", [schedule]),
        ("override_create", [schedule]),
    ]

    for name, ids in routes:
        page.goto(reverse(name, args=ids))
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert (name, violations(page, theme=scheme)) == (name, [])
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_levels_are_arranged_by_keyboard_without_losing_the_place(
    browser, live_server, account
):
    page = open_pages(browser, live_server, account)
    page.goto(reverse("escalation_policy_create"))
    page.get_by_label("Name").fill("Payments")
    page.get_by_label("Level 1, person or schedule 1").select_option(label="Primary")

    page.get_by_role("button", name="Add level").press("Enter")
    expect(page.get_by_role("group", name="Level 2", exact=True)).to_be_focused()
    page.get_by_label("Level 2, person or schedule 1").select_option(label="Bob")
    page.get_by_role("button", name="Move Level 2 up").press("Enter")
    expect(page.get_by_role("group", name="Level 1", exact=True)).to_be_focused()
    # Enter in a field saves, and presses no other button.
    page.get_by_label("Name").press("Enter")

    expect(page.get_by_role("heading", level=1, name="Payments")).to_be_visible()
    with tenancy.scope(account):
        plan = queries.plan_of(account.escalation_policies.get(name="Payments"))
    assert [[target.name for target in level.targets] for level in plan.levels] == [
        ["Bob"],
        ["Primary"],
    ]


def test_a_mistake_takes_the_focus_to_the_list_of_problems(
    browser, live_server, account
):
    page = open_pages(browser, live_server, account)
    page.goto(reverse("schedule_create"))

    page.get_by_role("button", name="Save schedule").last.press("Enter")

    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link", name="Name").press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()


def test_fields_appear_when_they_matter(browser, live_server, account):
    page = open_pages(browser, live_server, account)
    page.goto(reverse("schedule_create"))

    expect(page.get_by_label("Hand-off day")).to_be_visible()
    expect(page.get_by_label("Length of a turn")).to_be_hidden()
    page.get_by_label("Turns").select_option("custom")
    expect(page.get_by_label("Hand-off day")).to_be_hidden()
    expect(page.get_by_label("Length of a turn")).to_be_visible()
