"""The service worker in a real browser: it shows pushes, and sends what is pressed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Worker, expect

from accounts import tenancy
from accounts.models import Account, Membership
from accounts.permissions import Actor
from incidents import actions, engine, letters
from incidents.models import Incident
from integrations.push import payload
from tests import factories
from tests.browsers import (
    chromium_and_queries,
    is_wider_than_its_window,
    needs_chromium,
    signed_in,
    violations,
)

pytestmark = [
    pytest.mark.browser,
    needs_chromium,
    pytest.mark.django_db(transaction=True),
]

# Everything about the shown notifications that a person or a click sees.
SHOWN = """async () => (await registration.getNotifications()).map((n) => ({
  title: n.title, body: n.body, tag: n.tag, data: n.data,
  actions: n.actions.map((a) => a.action), stays: n.requireInteraction,
}))"""
CLICK = """async (action) => {
  const [notification] = await registration.getNotifications();
  const event = new NotificationEvent("notificationclick", { notification, action });
  const over = [];
  event.waitUntil = (promise) => over.push(promise);
  self.dispatchEvent(event);
  await Promise.all(over);
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium_and_queries() as found:
        yield found


@pytest.fixture
def account(transactional_db) -> Account:
    with tenancy.all_accounts():
        account = factories.account("Acme")
        alice = factories.person(account, "Alice", "owner").membership
        factories.contact(alice, "push", "Chrome on Linux 3f9a1c")
        factories.service(account, factories.policy(account, [alice]))
    return account


@pytest.fixture
def alice(account) -> Membership:
    with tenancy.scope(account):
        return account.memberships.select_related("user").get()


@pytest.fixture
def incident(account, alice) -> Incident:
    with tenancy.scope(account):
        return actions.open_incident(
            account.services.get(),
            actor=Actor("web", alice),
            at=engine.now(),
            title="Checkout is down",
        )


@pytest.fixture
def context(browser, live_server, alice) -> Iterator[BrowserContext]:
    with signed_in(browser, live_server.url, alice.user) as context:
        context.grant_permissions(["notifications"], origin=live_server.url)
        yield context


@pytest.fixture
def page(context) -> Page:
    page = context.new_page()
    page.goto("/me/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


@pytest.fixture
def worker(context, page) -> Worker:
    return context.service_workers[0]


def push(page: Page, content: dict[str, Any] | str) -> None:
    """Deliver a push to the page's service worker, as a push service would."""
    protocol = page.context.new_cdp_session(page)
    found: list[str] = []
    protocol.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(
            registration["registrationId"] for registration in event["registrations"]
        ),
    )
    protocol.send("ServiceWorker.enable")
    for _ in range(100):
        if found:
            break
        # What it tells of comes by itself, and may come a little later.
        page.wait_for_timeout(50)
    data = content if isinstance(content, str) else json.dumps(content)
    protocol.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": page.evaluate("location.origin"),
            "registrationId": found[0],
            "data": data,
        },
    )


def shown(worker: Worker, page: Page, *, count: int = 1) -> list[dict[str, Any]]:
    """Wait until so many notifications are shown."""
    for _ in range(100):
        found: list[dict[str, Any]] = worker.evaluate(SHOWN)
        if len(found) == count:
            return found
        page.wait_for_timeout(50)
    raise AssertionError(found)


def page_of(incident: Incident) -> dict[str, Any]:
    """Write what the page of an incident pushes."""
    with tenancy.scope(incident.account):
        found = incident.notifications.select_related(
            "account", "membership__user", "incident__service", "contact_method"
        ).get(kind="push")
        return payload.compose(letters.write(found)).content


def fresh(incident: Incident) -> Incident:
    with tenancy.scope(incident.account):
        return incident.account.incidents.get(pk=incident.pk)


def status_of_page(incident: Incident) -> str:
    with tenancy.scope(incident.account):
        return str(incident.notifications.get(kind="push").status)


def test_a_push_is_shown_with_its_buttons(page, worker, incident):
    push(page, page_of(incident))

    (notification,) = shown(worker, page)
    assert notification["title"].endswith(": Triggered")
    assert notification["body"].startswith("#1 Checkout is down")
    assert notification["actions"] == ["acknowledge", "resolve"]
    assert notification["stays"]


def test_a_newer_push_of_an_incident_takes_the_older_ones_place(page, worker, incident):
    content = page_of(incident)
    push(page, content)
    push(page, content | {"title": "Newer"})
    push(page, content | {"tag": "another"})

    found = shown(worker, page, count=2)
    assert {n["tag"] for n in found} == {content["tag"], "another"}
    assert "Newer" in [n["title"] for n in found]


def test_a_push_that_cannot_be_read_is_shown_all_the_same(page, worker):
    push(page, "nonsense")

    assert shown(worker, page)[0]["title"] == "OnCall"


def test_acknowledge_is_pressed_and_the_result_is_shown(page, worker, incident):
    push(page, page_of(incident))
    shown(worker, page)
    worker.evaluate(CLICK, "acknowledge")

    (result,) = shown(worker, page)
    assert result["title"] == "Done"
    assert "Incident 1 is yours" in result["body"]
    assert result["actions"] == []
    assert fresh(incident).status == "acknowledged"


def test_a_press_that_comes_too_late_says_so(page, worker, account, alice, incident):
    push(page, page_of(incident))
    shown(worker, page)
    with tenancy.scope(account):
        actions.resolve(incident, actor=Actor("web", alice), at=engine.now())
    worker.evaluate(CLICK, "acknowledge")

    (result,) = shown(worker, page)
    assert result["title"] == "Not done"
    assert fresh(incident).status == "resolved"


def test_a_press_without_a_network_says_so_and_leads_to_the_page(
    page, worker, incident
):
    content = page_of(incident) | {"answer": "http://127.0.0.1:9/nowhere"}
    push(page, content)
    shown(worker, page)
    worker.evaluate(CLICK, "acknowledge")

    (result,) = shown(worker, page)
    assert "did not get through" in result["body"]
    assert result["data"]["link"] == content["link"]
    assert fresh(incident).status == "triggered"


def test_the_profile_asks_for_a_push_service_and_takes_no_for_an_answer(page):
    expect(
        page.get_by_role("button", name="Use this browser for pushes")
    ).to_be_visible()


def test_the_panel_is_readable(page):
    found = [
        fault for theme in ("light", "dark") for fault in violations(page, theme=theme)
    ]
    page.set_viewport_size({"width": 390, "height": 900})

    assert found == []
    assert not is_wider_than_its_window(page)


def test_without_scripts_the_profile_says_what_is_missing(browser, live_server, alice):
    client = Client()
    client.force_login(alice.user)
    key = client.cookies["sessionid"].value
    with browser.new_context(
        base_url=live_server.url, java_script_enabled=False
    ) as context:
        context.add_cookies(
            [{"name": "sessionid", "value": key, "url": live_server.url}]
        )
        plain = context.new_page()
        plain.goto("/me/")

        expect(plain.get_by_text("Pushes need JavaScript")).to_be_visible()
        expect(plain.get_by_role("button", name="Use this browser")).to_be_hidden()
