"""A partner that everybody may connect: sign-up on the way, two services, cancel."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsers import needs_chromium
from tests.scenarios.instance import Up
from tests.scenarios.people import Person, eventually

pytestmark = [pytest.mark.browser, needs_chromium]

EVERYBODY = ""


@pytest.fixture
def newcomer(browser: Browser, oncall: Up, mailbox, phones):
    """Somebody who knows the partner, and not the product."""
    context = browser.new_context(base_url=oncall.url)
    yield Person("Nora Lind", context.new_page(), mailbox, phones)
    context.close()


def test_a_newcomer_connects_two_services_and_each_event_opens_an_incident(
    newcomer: Person, partner_of: Callable[[str], str]
):
    partner = partner_of(EVERYBODY)
    page = newcomer.page
    page.goto(partner)
    page.get_by_role("button", name="Connect several services").click()
    newcomer.sees_title("Connect Lighthouse")
    page.get_by_role("link", name="Create an account").click()
    newcomer.fills_in_sign_up("Umbrella")
    newcomer.sees_title("Connect Lighthouse")
    expect(page.get_by_role("main")).to_contain_text("Umbrella")
    page.get_by_label("Names of new services").fill("North tower\nSouth tower")
    newcomer.presses("Finish integration")

    newcomer.sees_title("Lighthouse")
    for name in ("North tower", "South tower"):
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        newcomer.presses(f"Trigger problem of {name}")
        expect(page.get_by_role("main")).to_contain_text(f"trigger {name}: 202")

    for name in ("North tower", "South tower"):
        is_told(newcomer, f"The lamp of {name} is out")
    page.goto("/incidents/")
    for name in ("North tower", "South tower"):
        link = page.get_by_role("link", name=f"The lamp of {name} is out")
        expect(link).to_have_count(1)
    expect_to_be_working(page)
    cancel(page, partner)


def is_told(person: Person, title: str) -> None:
    """Find an incident in a mail; pages that are due together travel in one."""
    eventually(
        lambda: any(
            title in f"{mail['Subject']} {mail.get_body(('plain',))}"
            for mail in person.mails()
        ),
        f"a mail about {title}",
    )


def expect_to_be_working(page: Page) -> None:
    """Find who connected what, and that its first event has come."""
    page.goto("/integrations/apps/")
    expect(page.get_by_text("Working")).to_have_count(2)
    page.get_by_role("link", name="Lighthouse", exact=True).click()
    connections = page.get_by_role("table", name="Connected apps")
    expect(connections.get_by_text("by Nora Lind")).to_have_count(2)


def cancel(page: Page, partner: str) -> None:
    """Go there once more, see what is connected already, and turn back."""
    page.goto(partner)
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("You have just connected")
    box = page.get_by_role("combobox", name=re.compile("^Service"))
    expect(box).to_contain_text("North tower (connected already)")
    page.get_by_role("link", name="Cancel").click()
    expect(page).to_have_url(re.compile(re.escape(partner)))
    expect(page.get_by_role("main")).to_contain_text("Not connected: cancelled.")
    expect(page.get_by_role("heading", name="North tower")).to_have_count(1)
