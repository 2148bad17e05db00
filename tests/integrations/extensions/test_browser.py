"""Setting an extension of Slack up in a real browser, with scripts and without."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts import tenancy
from accounts.models import Account, Membership
from integrations.chat import sending
from integrations.models import Extension
from tests import factories
from tests.browsers import (
    chromium_and_queries,
    is_wider_than_its_window,
    needs_chromium,
    signed_in,
    violations,
)
from tests.integrations.extensions.setting_up import PATH

pytestmark = [
    pytest.mark.browser,
    needs_chromium,
    pytest.mark.django_db(transaction=True),
]

WIDE, NARROW = 1280, 390
LONG = "#a-channel-with-a-name-as-long-as-slack-allows-it-to-be-which-is-eighty-letters"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium_and_queries() as found:
        yield found


@pytest.fixture
def account(transactional_db) -> Account:
    with tenancy.all_accounts():
        account = factories.account("Acme")
        alice = factories.person(account, "Alice", "owner").membership
        factories.person(account, "Bob")
        policy = factories.policy(account, [alice])
        factories.service(account, policy)
        factories.service(account, policy, "Search and recommendations")
        account.teams.create(name="Payments")
    return account


@pytest.fixture
def alice(account) -> Membership:
    with tenancy.scope(account):
        return account.memberships.select_related("user").get(role="owner")


@pytest.fixture
def connected(slack, live_server, settings) -> None:
    """Let Slack know where we are, and have people and channels in it."""
    settings.SITE_URL = slack.app = live_server.url
    slack.person("alice", "alice@acme.example")
    for name in ("incidents", "lunch", LONG[1:]):
        slack.channel(name, has_bot=False)


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def context(
    request, browser, live_server, alice, connected
) -> Iterator[BrowserContext]:
    with signed_in(
        browser, live_server.url, alice.user, java_script_enabled=request.param
    ) as context:
        yield context


@pytest.fixture
def page(context) -> Page:
    return context.new_page()


def test_from_nothing_to_a_test_message(page, context, account, slack, request):
    is_scripted = "no scripts" not in request.node.name
    page.goto(PATH)
    look(page, is_scripted)
    page.get_by_role("link", name="New extension").first.click()
    look(page, is_scripted)
    page.get_by_role("link", name="Add Slack").click()
    look(page, is_scripted)

    # To Slack and back.
    page.get_by_role("button", name="Sign in to Slack").click()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pick a channel")
    look(page, is_scripted)
    page.get_by_label("Name contains").fill("inci")
    page.get_by_role("button", name="Search", exact=True).last.click()
    page.get_by_role("link", name="Choose #incidents").click()

    expect(page.get_by_label("Name", exact=True)).to_have_value("#incidents")
    look(page, is_scripted)
    page.get_by_role("button", name="Create extension").click()
    expect(page.get_by_text("Choose at least one service.").first).to_be_visible()
    look(page, is_scripted)
    page.get_by_label("Checkout").check()
    page.get_by_label("Anybody in the channel").check()
    page.get_by_role("button", name="Create extension").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("#incidents")
    look(page, is_scripted)
    page.get_by_role("button", name="Send a test message").click()
    expect(page.get_by_text("On its way")).to_be_visible()
    sending.send_due()
    page.reload()
    expect(page.locator("#how").get_by_text("Sent", exact=True)).to_be_visible()
    [message] = slack.channel("incidents").messages
    assert "This is a test message" in message.words
    look(page, is_scripted)

    with tenancy.scope(account):
        made = account.extensions.get()
    for rest in ("edit/", "delete/", "people/"):
        page.goto(f"{PATH}{made.public_id}/{rest}")
        look(page, is_scripted)
    for address in (PATH, f"{PATH}reconnect/{made.public_id}/"):
        page.goto(address)
        look(page, is_scripted)


def test_what_is_broken_can_be_read_and_mended(page, account, slack, request):
    is_scripted = "no scripts" not in request.node.name
    made = _teams(page, account)
    page.goto(f"{PATH}{made.public_id}/")
    look(page, is_scripted)

    page.get_by_role("link", name="Reconnect", exact=True).click()
    look(page, is_scripted)
    page.get_by_role("button", name=f"Reconnect {LONG[:30]}").click()

    expect(page.get_by_text("It is connected. Send a test message.")).to_be_visible()
    page.goto("/me/")
    look(page, is_scripted)


def _teams(page: Page, account: Account) -> Extension:
    """Make an extension of Microsoft Teams, and break it."""
    page.goto(f"{PATH}new/teams/")
    page.get_by_label("Name", exact=True).fill(LONG)
    page.get_by_label("Name of the channel").fill(LONG)
    page.get_by_label("Address of the workflow").fill("https://flow.example/secret")
    page.get_by_label("The whole account").check()
    page.get_by_role("button", name="Create extension").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(LONG)
    with tenancy.scope(account):
        made = account.extensions.get()
        made.room.broken_at = made.room.last_error_at = made.created_at
        made.room.last_error = "The workflow is gone. Make a new one in the channel."
        made.room.save()
    return made


def look(page: Page, is_scripted: bool) -> None:
    """Read the page on both screens and in both themes."""
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        if not is_scripted:
            continue
        assert not is_wider_than_its_window(page), f"{page.url} at {width}"
        for theme in ("light", "dark"):
            assert violations(page, theme=theme) == [], f"{page.url} {theme} {width}"
    page.set_viewport_size({"width": WIDE, "height": 900})
