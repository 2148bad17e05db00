"""The pages of this app in a real browser: what people do, and who can read them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsers import chromium_and_queries, needs_chromium, violations

pytestmark = [pytest.mark.browser, needs_chromium]

PAGES = (
    *("/people/", "/people/invite/", "/teams/", "/teams/new/", "/me/"),
    *("/settings/", "/settings/keys/", "/settings/audit/", "/accounts/new/"),
    *("/accounts/password/change/", "/accounts/email/", "/accounts/2fa/"),
    *("/accounts/sessions/",),
)
STRANGERS_PAGES = (
    *("/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"),
    "/join/made-up/",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Between tests the tables are emptied, in the thread of the browser's loop.
    with chromium_and_queries() as found:
        yield found


@pytest.fixture
def page(browser, live_server) -> Iterator[Page]:
    """Windows at the product, as a stranger."""
    with browser.new_context(
        base_url=live_server.url, reduced_motion="reduce"
    ) as context:
        yield context.new_page()


def sign_up(page: Page) -> None:
    page.goto("/accounts/signup/")
    page.get_by_label("Your name").fill("Dana Fox")
    page.get_by_label("E-mail address").fill("dana@initech.example")
    page.get_by_label("Password").fill("a horse named Battery")
    page.get_by_label("Account name").fill("Initech")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up Initech")


def faults(page: Page, address: str) -> list[str]:
    """Look at a page in both themes, wide and narrow; this will list what is wrong."""
    page.goto(address)
    found = []
    for theme in ("light", "dark"):
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            wrong = violations(page, theme=theme)
            found += [f"{address} {theme} {width}: {fault}" for fault in wrong]
            if page.evaluate("document.body.scrollWidth > innerWidth"):
                found.append(f"{address} {width}: wider than the window")
    return found


def test_a_newcomer_signs_up_and_adds_a_phone_by_keyboard(page):
    sign_up(page)

    page.get_by_role("link", name="Add a phone").click()
    page.get_by_text("Add a contact method", exact=True).press("Enter")
    page.get_by_label("Kind").select_option("sms")
    page.get_by_label("Address or number").fill("+49 1511 2345678")
    page.get_by_label("Address or number").press("Enter")

    expect(page.get_by_text("Enter the code that we sent there")).to_be_visible()
    page.get_by_role("textbox", name="Code").fill("12")
    page.get_by_role("textbox", name="Code").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("That is not the code")
    expect(page.get_by_role("textbox", name="Code")).to_have_value("12")


def test_the_browsers_time_zone_is_chosen(browser, live_server):
    with browser.new_context(
        base_url=live_server.url, timezone_id="Asia/Tokyo"
    ) as context:
        tokyo = context.new_page()

        tokyo.goto("/accounts/signup/")

        expect(tokyo.get_by_label("Time zone")).to_have_value("Asia/Tokyo")


def test_everybody_can_read_the_pages(page):
    found = [fault for address in STRANGERS_PAGES for fault in faults(page, address)]
    sign_up(page)
    found += [fault for address in PAGES for fault in faults(page, address)]

    assert found == []
