"""A person lets an app act for them, on real pages, and takes it back."""

import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.browsers import is_wider_than_its_window, needs_chromium, violations
from tests.integrations.oauth.flows import VERIFIER, challenge
from tests.scenarios.instance import Up
from tests.scenarios.people import Person

pytestmark = [pytest.mark.browser, needs_chromium]

CALLBACK = "https://tool.example/oauth/callback"
COMES_BACK = re.compile(r"^https://tool\.example/oauth/callback\?")


@pytest.fixture
def somebody(browser: Browser, oncall: Up, mailbox, phones):
    """Make a person with a browser of their own."""
    context = browser.new_context(base_url=oncall.url)
    # The app's own site, which only has to be there.
    context.route("https://tool.example/**", lambda r: r.fulfill(body="Welcome back"))
    yield lambda name: Person(name, context.new_page(), mailbox, phones)
    context.close()


def test_an_app_is_registered_allowed_used_and_revoked(somebody, oncall):
    gina = somebody("Gina Low")
    gina.signs_up("Umbrella")
    app = registers(gina)

    asks(gina.page, oncall, app)
    expect(gina.page.get_by_role("heading", level=1)).to_contain_text("Lighthouse")
    main = gina.page.get_by_role("main")
    expect(main).to_contain_text("Made by the account Umbrella")
    expect(main).to_contain_text("See people with their names")
    gina.presses("Deny")
    assert answered(gina.page)["error"] == ["access_denied"]

    asks(gina.page, oncall, app)
    gina.presses("Allow")
    back = answered(gina.page)
    assert back["state"] == ["xyz"]
    token = exchanged(oncall, app, back["code"][0])
    me = calls(oncall, token)
    assert me.json()["user"]["email"] == gina.email

    gina.page.goto("/me/")
    gina.presses("Revoke Lighthouse")
    expect(gina.page.get_by_text("Lighthouse").first).to_be_visible()
    assert calls(oncall, token).status_code == 401


def test_the_page_is_readable_by_all(browser, somebody, oncall):
    hugo = somebody("Hugo Park")
    hugo.signs_up("Tyrell")
    app = registers(hugo)
    for scheme, width in (("light", 1280), ("dark", 390)):
        context = browser.new_context(
            base_url=oncall.url,
            bypass_csp=True,
            color_scheme=scheme,
            reduced_motion="reduce",
            storage_state=hugo.page.context.storage_state(),
            viewport={"width": width, "height": 900},
        )
        page = context.new_page()
        asks(page, oncall, app)
        assert violations(page, theme=scheme) == []
        assert not is_wider_than_its_window(page)
        context.close()


def registers(person: Person) -> dict[str, str]:
    """Register a scoped app by its page, and make its secret; returns what it knows."""
    page = person.page
    page.goto("/settings/apps/new/")
    page.get_by_label("Name", exact=True).fill("Lighthouse")
    page.get_by_label("Redirect addresses").fill(CALLBACK)
    page.get_by_role("radio", name=re.compile("^Scoped")).check()
    page.get_by_text("Scopes, for Scoped").click()
    page.get_by_role("checkbox", name=re.compile(r"^users\.read")).check()
    person.presses("Register app")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lighthouse")
    if not page.get_by_role("button", name="Copy client secret").count():
        person.presses("Make a secret")
    return {
        "client_id": copied(page, "Copy app id"),
        "client_secret": copied(page, "Copy client secret"),
    }


def copied(page: Page, name: str) -> str:
    """What a button would copy."""
    found = page.get_by_role("button", name=name, exact=True)
    return found.get_attribute("data-copy") or ""


def asks(page: Page, oncall: Up, app: dict[str, str]) -> None:
    parameters = {
        "client_id": app["client_id"],
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "users.read",
        "state": "xyz",
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
    }
    page.goto(f"/oauth/authorize?{urlencode(parameters)}")


def answered(page: Page) -> dict[str, list[str]]:
    page.wait_for_url(COMES_BACK)
    return parse_qs(urlsplit(page.url).query)


def exchanged(oncall: Up, app: dict[str, str], code: str) -> str:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        **app,
    }
    answer = requests.post(f"{oncall.url}/oauth/token", form, timeout=30)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def calls(oncall: Up, token: str) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{oncall.url}/api/users/me", headers=headers, timeout=30)
