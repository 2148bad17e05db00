"""A receiver of somebody's own: told of an incident, verified, retried, replayed."""

import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsers import needs_chromium
from tests.fakes.receiver import Received, Receiver, receiving
from tests.scenarios.instance import Up
from tests.scenarios.people import Person, eventually

pytestmark = [pytest.mark.browser, needs_chromium]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def ann(browser: Browser, oncall: Up, mailbox, phones) -> Iterator[Person]:
    context = browser.new_context(base_url=oncall.url)
    yield Person("Ann Lee", context.new_page(), mailbox, phones)
    context.close()


def test_a_webhook_is_made_received_retried_and_replayed(ann, receiver):
    page = ann.page
    ann.signs_up("Umbrella")
    create_service(page, "Checkout")
    secret = make_webhook(ann, receiver)

    ann.presses("Send a ping")
    expect(page.get_by_role("main")).to_contain_text("Delivered", timeout=30_000)
    assert received(receiver, "pagey.ping").event["data"]["type"] == "ping"

    open_incident(page, "The bus is late")
    triggered = received(receiver, "incident.triggered")
    assert triggered.event["data"]["title"] == "The bus is late"
    assert_genuine(triggered, secret)
    open_log(page, "incident.triggered")
    expect(page.get_by_role("row", name="incident.triggered")).to_contain_text("204")

    receiver.answers = [500]
    acknowledge(page)
    first = received(receiver, "incident.acknowledged")
    open_log(page, "incident.acknowledged")
    row = page.get_by_role("row", name="incident.acknowledged")
    expect(row).to_contain_text(re.compile("Trying again|Delivered"))
    eventually(lambda: again(receiver, "incident.acknowledged", 2), "a second attempt")
    second = again(receiver, "incident.acknowledged", 2)[1]
    assert second.body == first.body
    assert second.headers["X-Webhook-Id"] == first.headers["X-Webhook-Id"]
    assert_genuine(second, secret)

    open_log(page, "incident.acknowledged")
    page.get_by_role("link", name="incident.acknowledged").click()
    expect(page.get_by_role("main")).to_contain_text("Delivered")
    facts = page.get_by_role("main")
    expect(facts).to_contain_text(re.compile(r"Attempts\s*2"))
    ann.presses("Replay")
    expect(page.get_by_text("Replay of")).to_be_visible()
    eventually(lambda: again(receiver, "incident.acknowledged", 3), "a replay")
    third = again(receiver, "incident.acknowledged", 3)[2]
    assert third.event["id"] == first.event["id"]
    assert third.headers["X-Webhook-Id"] != first.headers["X-Webhook-Id"]
    assert_genuine(third, secret)


def make_webhook(person: Person, receiver: Receiver) -> str:
    """Make one on the pages of the settings; returns its secret, as shown there."""
    page = person.page
    page.goto("/settings/")
    page.get_by_role("link", name="Webhooks").click()
    page.get_by_role("link", name="New webhook").click()
    page.get_by_label("Address").fill(receiver.url)
    page.get_by_label("Description").fill("Our bus")
    person.presses("Create webhook")
    person.sees_title("Our bus")
    notice = page.get_by_role("main").get_by_text("Copy the secret now")
    expect(notice).to_be_visible()
    found = re.search(r"\b[0-9a-f]{64}\b", page.get_by_role("main").inner_text())
    assert found, "the page shows no secret"
    return found[0]


def create_service(page: Page, name: str) -> None:
    page.goto("/services/new/")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Create service").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def open_incident(page: Page, title: str) -> None:
    page.goto("/incidents/new/")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Service").select_option("Checkout")
    page.get_by_role("button", name=re.compile("^Create")).last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)


def acknowledge(page: Page) -> None:
    page.goto("/incidents/")
    page.get_by_role("link", name="The bus is late").click()
    page.get_by_role("button", name=re.compile("^Acknowledge")).first.click()
    expect(page.get_by_role("main")).to_contain_text("Acknowledged by Ann Lee")


def open_log(page: Page, event_type: str) -> None:
    """Look at the deliveries of this type, on the webhook's page."""
    page.goto("/settings/webhooks/")
    page.get_by_role("link", name="Our bus").click()
    page.get_by_label("Event").select_option(event_type)
    page.get_by_role("button", name="Apply").click()


def again(receiver: Receiver, event_type: str, times: int) -> list[Received]:
    """What has come of this type, once it has come so often."""
    found = [each for each in list(receiver.received) if each.type == event_type]
    return found if len(found) >= times else []


def received(receiver: Receiver, event_type: str) -> Received:
    """The first message of this type, once it is there."""
    return eventually(lambda: again(receiver, event_type, 1), f"an {event_type}")[0]


def assert_genuine(message: Received, secret: str) -> None:
    """Have the signature checked by a program that is none of ours."""
    openssl = shutil.which("openssl")
    assert openssl, "openssl is needed to check signatures"
    options = ("dgst", "-sha256", "-mac", "HMAC", "-macopt", f"key:{secret}")
    digest = subprocess.run(  # noqa: S603
        [openssl, *options], input=message.body, capture_output=True, check=True
    ).stdout.split()[-1]
    assert message.headers["X-PagerDuty-Signature"] == f"v1={digest.decode()}"
