"""Every page that links lead to: readable by all, in both themes, on any screen."""

import re
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browsers import is_wider_than_its_window, needs_chromium, violations
from tests.fakes.smtp import Mailbox
from tests.scenarios.instance import Up
from tests.scenarios.people import eventually
from tests.scenarios.world import link_in

pytestmark = [pytest.mark.browser, needs_chromium]

WIDE, NARROW, NARROWEST = 1280, 390, 320
# Ids and numbers: a page that differs in nothing else is the same page.
ID = re.compile(r"\bP[A-Z0-9]{13}\b|\b\d+\b")
# Pages that ask for one thing, or whether one is sure; others stand for them.
ALIKE = re.compile(
    r"/incidents/…/(escalate|merge|note|priority|title|urgency)/"
    r"|/(services|integrations)/…/(delete|disable|rename)/"
)
STRANGERS_PAGES = (
    *("/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"),
    *("/join/made-up/", "/connect?vendor=unknown", "/r/made-up", "/nowhere/"),
    "/styleguide/",
)
# What is folded away must be readable as well, once somebody opens it.
OPEN_ALL = """() => {
    for (const box of document.querySelectorAll("main details:not(.menu)")) {
        box.open = true;
    }
}"""
# The crawl must have come by these, whatever else there will be.
MAIN_PAGES = {
    *("/", "/incidents/", "/incidents/…/", "/incidents/new/", "/incidents/…/snooze/"),
    *("/incidents/…/ask/", "/incidents/…/status-update/", "/incidents/…/subscribers/"),
    *("/services/", "/services/…/", "/services/…/edit/", "/services/new/"),
    *("/maintenance/", "/maintenance/new/"),
    *("/schedules/", "/schedules/…/", "/schedules/…/edit/", "/schedules/new/"),
    "/schedules/…/overrides/new/",
    *("/escalation-policies/", "/escalation-policies/new/"),
    *("/escalation-policies/…/", "/escalation-policies/…/edit/"),
    *("/on-call/", "/people/", "/people/…/", "/people/invite/"),
    *("/teams/", "/teams/…/", "/teams/new/", "/me/"),
    *("/teams/…/tags/", "/people/…/tags/", "/escalation-policies/…/tags/"),
    *("/settings/", "/settings/keys/", "/settings/audit/", "/integrations/"),
    *("/settings/apps/", "/settings/apps/…/", "/settings/apps/new/"),
    *("/integrations/apps/", "/integrations/apps/…/", "/integrations/apps/…/end/"),
    *("/settings/apps/…/calls/", "/settings/apps/…/delete/"),
    *("/settings/webhooks/", "/settings/webhooks/new/", "/settings/webhooks/…/"),
    *("/settings/webhooks/…/edit/", "/settings/webhooks/…/deliveries/…/"),
    *("/settings/webhooks/…/delete/", "/settings/slack/"),
    *("/settings/extensions/", "/settings/extensions/new/"),
    *("/settings/extensions/new/slack/", "/settings/extensions/new/teams/"),
    *("/settings/extensions/…/", "/settings/extensions/…/edit/"),
    *("/settings/extensions/…/delete/", "/settings/extensions/reconnect/…/"),
    *("/heartbeats/", "/heartbeats/…/", "/heartbeats/…/edit/"),
    *("/services/…/heartbeats/new/", "/integrations/…/silence/"),
}


@pytest.fixture
def incident_mail(oncall: Up, demo: dict[str, str], mailbox: Mailbox) -> str:
    """Let a tool report a problem; returns the link that the person on call gets."""
    event = {
        "routing_key": demo["integration_key"],
        "event_action": "trigger",
        "payload": {
            "summary": "Checkout answers with errors",
            "source": "checkout-3",
            "severity": "critical",
            "custom_details": {"errors": "412 of 900 requests"},
        },
        "links": [{"href": "https://example.com/graph", "text": "Graph"}],
    }
    answer = requests.post(f"{oncall.url}/v2/enqueue", json=event, timeout=20)
    assert answer.status_code == 202, answer.text
    mail = eventually(
        lambda: next((m for m in mailbox.mails if "Checkout" in m["Subject"]), None),
        "a mail about Checkout",
    )
    return link_in(mail, "r")


@pytest.fixture
def context(browser: Browser, oncall: Up) -> Iterator[BrowserContext]:
    context = browser.new_context(
        base_url=oncall.url, bypass_csp=True, reduced_motion="reduce"
    )
    yield context
    context.close()


def test_strangers_can_read_their_pages(context, incident_mail):
    page = context.new_page()

    found = [fault for path in STRANGERS_PAGES for fault in faults(page, path)]
    found += faults(page, incident_mail)

    assert found == []


def test_members_can_read_every_page(context, demo, incident_mail, partner_of):
    page = context.new_page()
    sign_in(page, demo)
    make_team(page)
    make_webhook(page)
    make_extension(page)
    connect(page, partner_of(""))

    found: dict[str, list[str]] = {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop(0)
        if shape(path) not in found:
            found[shape(path)] = faults(page, path)
            waiting += links(page)

    assert MAIN_PAGES - found.keys() == set()
    assert [fault for faults in found.values() for fault in faults] == []


def faults(page: Page, path: str) -> list[str]:
    """Look at a page in both themes, wide and narrow; this will list what is wrong."""
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.evaluate(OPEN_ALL)
    found = []
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        for theme in ("light", "dark"):
            wrong = violations(page, theme=theme)
            found += [f"{path} {theme} {width}: {what}" for what in wrong]
    for width in (NARROW, NARROWEST):
        page.set_viewport_size({"width": width, "height": 900})
        if is_wider_than_its_window(page):
            found.append(f"{path} {width}: wider than its window")
    return found


def links(page: Page) -> list[str]:
    """The pages of the product that this one links to."""
    found: list[str | None] = page.get_by_role(
        "link", include_hidden=True
    ).evaluate_all("links => links.map(link => link.getAttribute('href'))")
    inside = [href for href in found if href and href.startswith("/")]
    return [href for href in inside if not ALIKE.fullmatch(shape(href))]


def shape(path: str) -> str:
    """What pages have in common that differ in ids and parameters alone."""
    return ID.sub("…", re.split(r"[?#]", path)[0])


def sign_in(page: Page, demo: dict[str, str]) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail address").fill(demo["email"])
    page.get_by_label("Password").fill(demo["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main", exact=True)).to_be_visible()


def make_team(page: Page) -> None:
    page.goto("/teams/new/")
    page.get_by_label("Name").fill("Shop")
    page.get_by_role("button", name="Save team").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Shop")


def connect(page: Page, partner: str) -> None:
    """Connect a partner that everybody may connect, and come back from it."""
    page.goto(partner)
    page.get_by_role("button", name="Connect several services").click()
    page.get_by_label("Names of new services").fill("Lighthouse")
    page.get_by_role("button", name="Finish integration").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lighthouse")
    page.goto("/")


def make_webhook(page: Page) -> None:
    """Make one, to which nobody listens, and send it something."""
    page.goto("/settings/webhooks/new/")
    page.get_by_label("Address").fill("http://127.0.0.1:9/")
    page.get_by_role("button", name="Create webhook").last.click()
    page.get_by_role("button", name="Send a ping").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("pagey.ping")


def make_extension(page: Page) -> None:
    """Make one of a chat at which nobody listens."""
    page.goto("/settings/extensions/new/teams/")
    page.get_by_label("Name of the channel").fill("Ops")
    page.get_by_label("Address of the workflow").fill("http://127.0.0.1:9/")
    page.get_by_label("Name", exact=True).fill("Ops channel")
    page.get_by_label("The whole account").check()
    page.get_by_role("button", name="Create extension").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ops channel")
