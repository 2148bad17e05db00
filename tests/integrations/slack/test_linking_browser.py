"""Linking one's Slack account in a real browser, with scripts and without."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts import tenancy
from tests import chats, factories
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

WIDE, NARROW = 1280, 390


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium_and_queries() as found:
        yield found


@pytest.fixture
def alice(transactional_db, slack):
    slack.person("alice")
    with tenancy.all_accounts():
        account = factories.account("Acme")
        chats.workspace(
            account,
            team_id=slack.team.id,
            name="Acme's workspace with a name that is rather long",
            token=slack.install(),
        )
        return factories.person(account, "Alice", "responder")


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def page(request, browser, live_server, settings, slack, alice) -> Iterator[Page]:
    settings.SITE_URL = slack.app = live_server.url
    with signed_in(
        browser, live_server.url, alice.user, java_script_enabled=request.param
    ) as context:
        yield context.new_page()


def look(page, request) -> None:
    """Look at a page in both themes, wide and narrow."""
    for scheme in ("light", "dark"):
        for width in (WIDE, NARROW):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            assert not is_wider_than_its_window(page)
            if "no scripts" not in request.node.name:
                assert not violations(page), violations(page)


def test_from_the_profile_to_slack_and_back(page, alice, request):
    page.goto("/me/")
    page.get_by_role("link", name="Link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Link your Slack account")
    look(page, request)

    page.get_by_role("button", name="Sign in to Acme's workspace").click()
    page.get_by_role("button", name="Allow").click()

    expect(page.get_by_text("You are linked to").first).to_be_visible()
    with tenancy.scope(alice.membership.account):
        assert alice.membership.chat_users.get().linked_by == "sign-in"
    page.goto("/slack/link/")
    expect(page.get_by_text("By signing in")).to_be_visible()
    look(page, request)
