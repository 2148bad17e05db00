"""The pages about Slack that belong to people and schedules, in a real browser."""

from collections.abc import Iterator

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts import tenancy
from accounts.models import User
from accounts.permissions import Actor
from incidents import actions, engine
from integrations.models import OnCallMirror
from integrations.slack.rota import mirrors
from tests import chats, factories
from tests.browsers import chromium_and_queries, needs_chromium, signed_in, violations
from tests.fakes.slack import Slack
from tests.integrations.slack.paging import connected, linked, serving

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
def fake(settings) -> Iterator[Slack]:
    with serving(settings) as running:
        yield running


@pytest.fixture
def alice(fake) -> factories.Person:
    """The owner of an account with a workspace, a schedule and an incident."""
    with tenancy.all_accounts():
        account = factories.account("Acme")
        alice = factories.person(account, "Alice", "owner")
        workspace = connected(fake, account)
        linked(fake, workspace, alice)
        rota = factories.schedule(account, alice.membership, name="Payments")
        policy = factories.policy(account, [rota])
        by = Actor("web", alice.membership)
        chats.extension(chats.room(account, workspace=workspace))
        actions.open_incident(
            factories.service(account, policy), actor=by, at=engine.now(), title="Down"
        )
        wanted = mirrors.Values(workspace, "group", "S1", "payments", schedule=rota)
        made = mirrors.add(account, wanted, actor=by, at=timezone.now())
        OnCallMirror.across_accounts.filter(pk=made.pk).update(
            unlinked=["Bob"], checked_at=timezone.now()
        )
    return alice


def addresses(alice: factories.Person) -> list[str]:
    account = alice.membership.account
    with tenancy.scope(account):
        mirror, extension = account.mirrors.get(), account.extensions.get()
        return [
            reverse("profile"),
            reverse("incident", args=[account.incidents.get().number]),
            reverse("mirrors"),
            reverse("mirror_create"),
            reverse("mirror_remove", args=[mirror.public_id]),
            reverse("channel_option", args=[extension.public_id]),
        ]


def open_page(
    browser: Browser, live_server, user: User, width: int = 1280, scheme="light"
) -> Page:
    size = {"width": width, "height": 900}
    context = signed_in(
        browser, live_server.url, user, color_scheme=scheme, viewport=size
    )
    return context.new_page()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_accessible_and_fits(browser, live_server, alice, width, scheme):
    page = open_page(browser, live_server, alice.user, width, scheme)

    for address in addresses(alice):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert (address, violations(page, theme=scheme)) == (address, [])
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_person_is_paged_in_slack_and_follows_with_a_topic(
    browser, live_server, fake, alice
):
    fake.channel("support", has_bot=False)
    page = open_page(browser, live_server, alice.user)
    page.goto(reverse("profile"))

    page.get_by_role("button", name="Get pages in Slack").click()
    expect(page.get_by_text("Slack is one of your contact methods now")).to_be_visible()

    page.goto(reverse("mirrors"))
    page.get_by_role("link", name="Follow who is on call").click()
    page.get_by_label("Channel or user group").fill("#support")
    page.get_by_role("button", name="Follow who is on call").click()
    expect(page.get_by_text("#support follows who is on call now")).to_be_visible()
